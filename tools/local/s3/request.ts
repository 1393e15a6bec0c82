import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { errors } from './errors.ts';

/** A request to the S3 endpoint, path-style: `/<bucket>/<key>?<subresource>`. */
export interface S3Request {
  readonly method: string;
  /** Empty for a request about all buckets. */
  readonly bucket: string;
  /** Empty for a request about the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

/** What is sent back. */
export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | NodeJS.ReadableStream;
}

/** @throws S3Error InvalidArgument when the path is not valid percent-encoded UTF-8 */
export function parseRequest(message: IncomingMessage): S3Request {
  const [path = '', search = ''] = splitOnce(message.url ?? '/', '?');
  const [bucket, key] = splitOnce(path.replace(/^\/+/, ''), '/');
  return {
    method: message.method ?? 'GET',
    bucket: decode(bucket ?? ''),
    key: decode(key ?? ''),
    query: new URLSearchParams(search),
    headers: message.headers,
    body: message,
  };
}

/** Percent-decoding as S3 does it: `+` in a path is a plus sign. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw errors.invalidArgument(`"${text}" is not percent-encoded UTF-8`);
  }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Reads a small body, such as the XML of a batch, as text. */
export async function readText(body: NodeJS.ReadableStream, limit = 2 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > limit) throw errors.malformedXml();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
