import { errors } from './errors.ts';

/**
 * How a key becomes a path below its bucket's folder: segment by segment, almost always as it is, so that other
 * programs find `raw/dt=2026-01-01/a.parquet` where they expect it. What a file system cannot hold, or what a path or a
 * glob would take for something else, is percent-encoded; so is `%` itself, which keeps the mapping reversible and
 * leaves `%` + letter free for {@link OBJECT} and the sidecars.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are legal in keys and not wanted in paths
const UNSAFE = /[\u0000-\u001f\u007f%\\*?"<>|]/g;

/** Names the file of an object whose key is also the beginning of other keys, such as `a` beside `a/b`. */
const OBJECT = '%object';
/** Stands for a segment without characters, as in `folder/` and `a//b`. */
const EMPTY = '%empty';
/** File systems allow 255 bytes; the rest is for the suffixes. */
const SEGMENT_BYTES = 240;

/**
 * The path of a key, relative to its bucket's folder; never outside of it.
 *
 * @throws S3Error KeyTooLongError
 */
export function pathOf(key: string): string {
  if (key === '') throw errors.invalidArgument('The key is empty');
  if (Buffer.byteLength(key) > 1024) throw errors.keyTooLong();
  return key.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  if (segment === '') return EMPTY;
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '%2E');
  const encoded = segment.replace(
    UNSAFE,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  if (Buffer.byteLength(encoded) > SEGMENT_BYTES) throw errors.keyTooLong();
  return encoded;
}

/** The path of the same object when a folder of its name is in the way. */
export const besideFolder = (path: string): string => `${path}${OBJECT}`;

/** The key's segment that a file or folder name stands for. */
export function segmentOf(name: string): string {
  const plain = name.endsWith(OBJECT) ? name.slice(0, -OBJECT.length) : name;
  if (plain === EMPTY) return '';
  return plain.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** S3's rules for general-purpose buckets, which also keep a bucket's name from being a path. */
export function checkBucketName(bucket: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes('..')) {
    throw errors.invalidBucketName(bucket);
  }
  return bucket;
}
