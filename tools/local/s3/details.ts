import type { IncomingHttpHeaders } from 'node:http';
import type { Checksum } from './digest.ts';
import { contentEncoding, one } from './receive.ts';
import type { ObjectDetails } from './sidecars.ts';
import type { StoredObject } from './store.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'] as const;
const META = 'x-amz-meta-';

/** What a request's headers say about the object it writes. */
export function detailsFrom(headers: IncomingHttpHeaders, etag: string, checksum?: Checksum): ObjectDetails {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = one(headers[name]);
    if (value !== undefined) kept[name] = value;
  }
  const encoding = contentEncoding(headers);
  if (encoding !== undefined) kept['content-encoding'] = encoding;
  // S3's own default: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
  kept['content-type'] ??= 'binary/octet-stream';
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(META))
    .map(([name, value]) => [name.slice(META.length), one(value) ?? ''] as const);
  return { etag, headers: kept, metadata: Object.fromEntries(metadata), checksum };
}

/** The headers of an answer that describe an object. */
export function headersOf(object: StoredObject, withChecksum: boolean): Record<string, string | number> {
  const { etag, headers, metadata, checksum, lastModified } = object;
  const described: Record<string, string | number> = {
    ...headers,
    etag,
    'last-modified': lastModified.toUTCString(),
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(metadata)) described[`${META}${name}`] = value;
  if (withChecksum && checksum !== undefined) {
    described[`x-amz-checksum-${checksum.algorithm}`] = checksum.value;
  }
  return described;
}
