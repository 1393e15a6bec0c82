/** Where the raw events of all pipelines lie in the lake's bucket. */
export const RAW_PREFIX = 'raw/';
/** Where events lie that came too late for a stage's windows. */
export const LATE_PREFIX = 'late/';
/** Where the results of window stages lie. */
export const RESULTS_PREFIX = 'results/';
/** Where the typed tables of event types lie. */
export const CURATED_PREFIX = 'events/';
/** Where functions put records that they set aside. */
export const REJECTED_PREFIX = 'rejected/';
/** Where it is noted what of these was put back into its stream. */
export const REDRIVEN_PREFIX = 'redriven/';
/** Where compaction notes the ids of repetitions. */
export const LEFT_OUT_PREFIX = 'left-out/';

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
 * The key of the n-th object of a shard that is landed. It must be a function of what every attempt to write it agrees on, since
 * the condition that it does not exist is what keeps two of them apart.
 *
 * @param prefix - where the objects of its kind lie
 * @param arrival - of the first record that the shard's objects before it do not hold, epoch milliseconds
 */
export function landedKey(
  prefix: string,
  pipeline: string,
  shard: string,
  n: number,
  arrival: number,
): string {
  const number = String(n).padStart(DIGITS, '0');
  return `${prefix}${partitionPath(partitionOf(arrival))}${pipeline}-${shard}-${number}.json.gz`;
}

/** The key of the n-th raw object of a shard: see {@link landedKey}. */
export const rawKey = (pipeline: string, shard: string, n: number, arrival: number): string =>
  landedKey(RAW_PREFIX, pipeline, shard, n, arrival);

/** Under this the files of a type lie that hold the events that arrived within an hour. */
export const curatedFolder = (type: string, partition: Partition): string =>
  `${CURATED_PREFIX}${type}/${partitionPath(partition)}`;

/**
 * The file that holds the events of a type from one part of an hour: replaced as a whole or not at all. All hours but very
 * busy ones are of one part, number 0.
 */
export const curatedKey = (type: string, partition: Partition, part = 0): string =>
  `${curatedFolder(type, partition)}${type}${part === 0 ? '' : `.${part}`}.parquet`;

/** As {@link curatedFolder}, for the ids of what the curated files leave out. */
export const leftOutFolder = (type: string, partition: Partition): string =>
  `${LEFT_OUT_PREFIX}${type}/${partitionPath(partition)}`;

/** The ids of events that a part of an hour has, and its curated file leaves out because another part or hour has them. */
export const leftOutKey = (type: string, partition: Partition, part: number): string =>
  `${leftOutFolder(type, partition)}${type}${part === 0 ? '' : `.${part}`}.parquet`;

/** The part of its hour that a file named as in {@link curatedKey} or {@link leftOutKey} is of. */
export const partOf = (key: string): number => Number(/\.(\d+)\.parquet$/.exec(key)?.[1] ?? 0);

const HOUR_MS = 3_600_000;

/** Start of the hour that an instant lies in. */
export const hourOf = (time: number): number => Math.floor(time / HOUR_MS) * HOUR_MS;

/** The hour after another. */
export const nextHour = (hour: number): number => hour + HOUR_MS;

/** `YYYY-MM-DDTHH`: sorts by time. */
export const hourName = (hour: number): string => new Date(hour).toISOString().slice(0, 13);

/** Start of the hour of a name that {@link hourName} has made, `undefined` where it is no such name. */
export function hourNamed(name: string): number | undefined {
  const time = Date.parse(`${name}:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

const IN_RAW = /^raw\/dt=(\d{4}-\d\d-\d\d)\/hour=(\d{1,2})\//;
const IN_CURATED = /^events\/[^/]+\/dt=(\d{4}-\d\d-\d\d)\/hour=(\d{1,2})\//;

const hourIn = (key: string, pattern: RegExp): number | undefined => {
  const [, day, hour] = pattern.exec(key) ?? [];
  return hourNamed(`${day}T${hour?.padStart(2, '0')}`);
};

/** The hour under which a raw object lies, `undefined` where the key is not one of a raw object. */
export const hourOfRawKey = (key: string): number | undefined => hourIn(key, IN_RAW);

/** The hour under which a curated file lies, `undefined` where the key is not one of a curated file. */
export const hourOfCuratedKey = (key: string): number | undefined => hourIn(key, IN_CURATED);
