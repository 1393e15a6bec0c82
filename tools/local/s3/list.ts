import { stat } from 'node:fs/promises';
import { errors } from './errors.ts';
import { xml } from './objects.ts';
import type { S3Request, S3Response } from './request.ts';
import type { ObjectStore } from './store.ts';
import type { Found } from './walk.ts';
import { xmlDocument } from './xml.ts';

interface Page {
  readonly found: readonly Found[];
  readonly prefixes: readonly string[];
  /** The last key or common prefix of the page, when more follow. */
  readonly next: string | undefined;
}

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function listObjects(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, query } = request;
  if (query.get('list-type') !== '2') throw errors.notImplemented('Listing other than version 2');
  await store.bucket(bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const token = query.get('continuation-token');
  const maxKeys = maximum(query.get('max-keys'));
  const after = token === null ? startAfter : Buffer.from(token, 'base64url').toString('utf8');
  const page = await collect(store.objects(bucket, prefix, after), { prefix, delimiter, after, maxKeys });
  const encode = query.get('encoding-type') === 'url' ? urlEncode : (text: string) => text;
  const contents = await Promise.all(
    page.found.map(async ({ key, path }) => {
      const { etag, size, lastModified } = await store.describe(bucket, key, await stat(path));
      return {
        Key: encode(key),
        LastModified: lastModified.toISOString(),
        ETag: etag,
        Size: size,
        StorageClass: 'STANDARD',
      };
    }),
  );
  return xml(
    xmlDocument('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      StartAfter: startAfter === '' ? undefined : encode(startAfter),
      EncodingType: query.get('encoding-type') ?? undefined,
      MaxKeys: maxKeys,
      KeyCount: page.found.length + page.prefixes.length,
      IsTruncated: page.next !== undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken:
        page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
      Contents: contents,
      CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
    }),
  );
}

interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly maxKeys: number;
}

async function collect(objects: AsyncIterable<Found>, wanted: Wanted): Promise<Page> {
  const { prefix, delimiter, after, maxKeys } = wanted;
  const found: Found[] = [];
  const prefixes: string[] = [];
  if (maxKeys === 0) return { found, prefixes, next: undefined };
  let last = '';
  for await (const object of objects) {
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const common = end < 0 ? undefined : object.key.slice(0, end + delimiter.length);
    // A common prefix counts once, on whichever page it began.
    if (common !== undefined && (common === last || common === after)) continue;
    if (found.length + prefixes.length === maxKeys) return { found, prefixes, next: last };
    if (common === undefined) found.push(object);
    else prefixes.push(common);
    last = common ?? object.key;
  }
  return { found, prefixes, next: undefined };
}

function maximum(text: string | null): number {
  const number = Number(text ?? 1000);
  if (!Number.isInteger(number) || number < 0) throw errors.invalidArgument('max-keys is not a whole number');
  return Math.min(number, 1000);
}

const urlEncode = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');
