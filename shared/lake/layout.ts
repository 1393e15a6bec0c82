/** Where the raw events of all pipelines lie in the lake's bucket. */
export const RAW_PREFIX = 'raw/';

/** The day and hour, UTC, by whose names the lake's objects are partitioned. */
export interface Partition {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** 0 to 23. */
  readonly hour: number;
}

/** The partition of an instant, epoch milliseconds. */
export function partitionOf(time: number): Partition {
  const date = new Date(time);
  return { day: date.toISOString().slice(0, 10), hour: date.getUTCHours() };
}

/** The part of a key that Hive, Athena and DuckDB read a partition from. */
export const partitionPath = ({ day, hour }: Partition): string => `dt=${day}/hour=${hour}/`;

/** Digits of an object's number: names sort as the numbers do. */
const DIGITS = 12;

/**
 * The key of the n-th raw object of a shard. It must be a function of what every attempt to write it agrees on, since the
 * condition that it does not exist is what keeps two of them apart.
 *
 * @param arrival - of the first record that the shard's objects before it do not hold, epoch milliseconds
 */
export function rawKey(pipeline: string, shard: string, n: number, arrival: number): string {
  const number = String(n).padStart(DIGITS, '0');
  return `${RAW_PREFIX}${partitionPath(partitionOf(arrival))}${pipeline}-${shard}-${number}.json.gz`;
}
