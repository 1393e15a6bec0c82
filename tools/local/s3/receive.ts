import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsChunkedDecoder } from './chunked.ts';
import { type Checksum, Digester, findChecksum } from './digest.ts';
import { errors } from './errors.ts';
import type { S3Request } from './request.ts';

/** A body received into a file. */
export interface Received {
  readonly file: string;
  readonly size: number;
  /** MD5, hexadecimal. */
  readonly md5: string;
  readonly checksum: Checksum | undefined;
}

/**
 * Writes a request's body into a file, decoded from aws-chunked where that is how it comes.
 *
 * @throws S3Error BadDigest, IncompleteBody, InvalidRequest; the file is gone then
 */
export async function receive({ headers, body }: S3Request, file: string): Promise<Received> {
  try {
    const decoder = isChunked(headers) ? new AwsChunkedDecoder() : undefined;
    const digester = new Digester(announced(headers));
    const out = createWriteStream(file);
    if (decoder === undefined) await pipeline(body, digester, out);
    else await pipeline(body, decoder, digester, out);
    checkLength(headers, digester.size, decoder !== undefined);
    const checksum = findChecksum(Object.entries(headers)) ?? findChecksum(decoder?.trailers ?? []);
    const md5 = digester.finish(one(headers['content-md5']), checksum);
    return { file, size: digester.size, md5, checksum };
  } catch (error) {
    await rm(file, { force: true });
    throw (error as NodeJS.ErrnoException).code === 'ECONNRESET' ? errors.incompleteBody() : error;
  }
}

/** Content encodings of the object itself: aws-chunked is only how it travels. */
export function contentEncoding(headers: IncomingHttpHeaders): string | undefined {
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',') || undefined;
}

function isChunked(headers: IncomingHttpHeaders): boolean {
  return (
    (headers['content-encoding'] ?? '').includes('aws-chunked') ||
    (one(headers['x-amz-content-sha256']) ?? '').startsWith('STREAMING-')
  );
}

/** The checksum algorithm that a request announces, in a header or for its trailer. */
function announced(headers: IncomingHttpHeaders): string | undefined {
  const trailers = (one(headers['x-amz-trailer']) ?? '')
    .split(',')
    .map((name) => [name.trim().toLowerCase(), '']);
  const fields = [...Object.entries(headers), ...(trailers as [string, string][])];
  return findChecksum(fields)?.algorithm;
}

function checkLength(headers: IncomingHttpHeaders, size: number, chunked: boolean): void {
  const length = chunked ? one(headers['x-amz-decoded-content-length']) : headers['content-length'];
  if (length !== undefined && Number(length) !== size) throw errors.incompleteBody();
}

export function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
