import type { Window } from '../windows/types.ts';

/** The largest distance from the epoch that a Date can hold, in milliseconds; 16 digits. */
export const MAX_TIME = 8_640_000_000_000_000;
const DIGITS = 16;

/** Partitions of the index by time per stage: how much faster than one partition a stage can be written and read. */
export const BUCKETS = 8;

/** Name of the index by time on the results table. */
export const TIME_INDEX = 'byTime';

/**
 * A time as text of fixed width whose order as text is the order of time, before 1970 included.
 *
 * @throws RangeError when the time is not a whole number of milliseconds that a Date can hold
 */
export function timeText(time: number): string {
  if (!Number.isInteger(time) || Math.abs(time) > MAX_TIME) {
    throw new RangeError(`${time} is not a time in whole milliseconds`);
  }
  // Counting negative times up from the earliest one gives them digits that sort the right way round.
  return time < 0
    ? `n${String(MAX_TIME + time).padStart(DIGITS, '0')}`
    : `p${String(time).padStart(DIGITS, '0')}`;
}

/** Partition key of all results of one key of a stage. Stage names have no `#`, so no two keys share one. */
export const keyPartition = (stage: string, key: string): string => `${stage}#${key}`;

/** Sort key of a window among the results of one key. */
export const windowSort = ({ start, end }: Window): string => `${timeText(start)}#${timeText(end)}`;

/** Partition key in the index by time. */
export const bucketPartition = (stage: string, bucket: number): string => `${stage}#${bucket}`;

/** Sort key in the index by time: results of a bucket by start, end and key. */
export const timeSort = (window: Window, key: string): string => `${windowSort(window)}#${key}`;

/**
 * The bucket of the index that holds a key, from 0. FNV-1a over UTF-16 code units; stored items depend on it.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc9923
 */
export function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV mix the least.
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}

/**
 * Compares texts the way DynamoDB sorts them, by UTF-8 bytes; JavaScript's own order differs where surrogates
 * meet U+E000 to U+FFFF.
 */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind every other code unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
