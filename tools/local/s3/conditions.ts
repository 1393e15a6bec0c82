import type { IncomingHttpHeaders } from 'node:http';
import { errors } from './errors.ts';

/** What conditional headers are compared with. */
export interface Present {
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * Conditions of a write: `If-None-Match: *` (only if absent) and `If-Match: <etag>` (only if unchanged).
 *
 * @throws S3Error PreconditionFailed, or NoSuchKey when `If-Match` names an object that does not exist
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function checkWrite(headers: IncomingHttpHeaders, present: Present | undefined, key: string): void {
  const { 'if-none-match': absent, 'if-match': unchanged } = headers;
  if (absent !== undefined) {
    if (absent.trim() !== '*') throw errors.notImplemented('If-None-Match with an ETag, on a write,');
    if (present !== undefined) throw errors.preconditionFailed();
  }
  if (unchanged !== undefined) {
    if (present === undefined) throw errors.noSuchKey(key);
    if (!matches(unchanged, present.etag)) throw errors.preconditionFailed();
  }
}

/**
 * Conditions of a read, in the order of RFC 9110, section 13.2.2.
 *
 * @throws S3Error PreconditionFailed or NotModified
 */
export function checkRead(headers: IncomingHttpHeaders, { etag, lastModified }: Present): void {
  const seconds = Math.floor(lastModified.getTime() / 1000);
  const at = (header: string): number => Math.floor(Date.parse(header) / 1000);
  if (headers['if-match'] !== undefined) {
    if (!matches(headers['if-match'], etag)) throw errors.preconditionFailed();
  } else if (headers['if-unmodified-since'] !== undefined && seconds > at(headers['if-unmodified-since'])) {
    throw errors.preconditionFailed();
  }
  if (headers['if-none-match'] !== undefined) {
    if (matches(headers['if-none-match'], etag)) throw errors.notModified();
  } else if (headers['if-modified-since'] !== undefined && seconds <= at(headers['if-modified-since'])) {
    throw errors.notModified();
  }
}

/** A list of ETags, quoted or not, or `*`. */
function matches(header: string, etag: string): boolean {
  const bare = etag.replaceAll('"', '');
  return header.split(',').some((candidate) => {
    const wanted = candidate.trim().replace(/^W\//, '').replaceAll('"', '');
    return wanted === '*' || wanted === bare;
  });
}
