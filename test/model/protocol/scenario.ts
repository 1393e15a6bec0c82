/** One record of one event. Copies of an event have its id and its time. */
export interface RecordSpec {
  readonly id: string;
  /** Event time, from 1; a slice is one unit long, and the bound on disorder is zero. */
  readonly time: number;
}

export interface ShardSpec {
  readonly name: string;
  readonly records: readonly RecordSpec[];
  /** Indexes of the shards that this one descends from directly; it appears when they are closed. */
  readonly parents?: readonly number[];
}

/** A small case: what is in the stream, who works, and what may go wrong. */
export interface Scenario {
  readonly name: string;
  readonly shards: readonly ShardSpec[];
  /** A window takes this many slices and begins with each slice. */
  readonly size: number;
  readonly lateness: number;
  /** Ends of the windows to look at; all that hold records if it is not given. */
  readonly ends?: readonly number[];
  /** The shard of each writer process: two for one shard are a writer and its zombie. */
  readonly writers: readonly number[];
  readonly firers: number;
  readonly sweeper?: boolean;
  /** Records arrive, and shards are closed, at any time; otherwise all are there from the beginning. */
  readonly arrivals?: boolean;
  /** Nobody has registered the shards yet, and the clock is not started. */
  readonly unregistered?: boolean;
  /** A cold start may read an old clock: more than the implementation must stand. */
  readonly staleClock?: boolean;
  /** The first shard's first record was committed long ago, and its commit has expired; the clock stands here. */
  readonly expired?: number;
  /** Log items expire when their slices are closed. */
  readonly expiry?: boolean;
  /** A batch may be committed in several parts. */
  readonly parts?: boolean;
  /** Processes die between any two calls. */
  readonly crashes?: boolean;
  /** A writer's invocation may time out while it goes on: then the same records are delivered to another. */
  readonly timeouts?: boolean;
  /** Puts whose answer is lost, whether they were done or not. */
  readonly ambiguous?: boolean;
  /** The stream falls silent: windows fire at the speed of the wall clock. */
  readonly silence?: boolean;
  /** In the end it is not silent for long enough to fire windows: only what has fired must be right. */
  readonly brief?: boolean;
  /** Writers move the clock after their commits. */
  readonly keepTime?: boolean;
  /** Log items per shard at most. */
  readonly commits: number;
}

/** What follows from a scenario once and for all. Sets of records, ids, slices and shards are bits of a byte. */
export class Case {
  readonly scenario: Scenario;
  readonly shards: number;
  /** First record of each shard, in the numbering over all shards; the last entry is their number. */
  readonly first: readonly number[];
  readonly times: readonly number[];
  readonly ids: readonly number[];
  readonly idNames: readonly string[];
  /** Ends of the windows that hold records, ascending. */
  readonly windows: readonly number[];
  readonly horizon: number;
  readonly parents: readonly (readonly number[])[];
  readonly ancestors: readonly (readonly number[])[];
  /** Highest event time before a record in its shard and in those that the shard descends from. */
  readonly reachedBefore: readonly number[];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    const { shards, size } = scenario;
    this.shards = shards.length;
    const records = shards.flatMap((shard) => shard.records);
    this.first = [0];
    for (const shard of shards) (this.first as number[]).push(this.first.at(-1)! + shard.records.length);
    this.times = records.map(({ time }) => time);
    this.idNames = [...new Set(records.map(({ id }) => id))];
    this.ids = records.map(({ id }) => this.idNames.indexOf(id));
    if (records.length > 8 || Math.max(...this.times) > 8) throw new RangeError('sets are one byte');
    const ends = this.times.flatMap((time) => Array.from({ length: size }, (_, at) => time + at + 1));
    this.windows = scenario.ends ?? [...new Set(ends)].sort((a, b) => a - b);
    this.horizon = Math.max(...ends);
    this.parents = shards.map(({ parents }) => parents ?? []);
    const ancestorsOf = (shard: number): number[] => [
      ...new Set((this.parents[shard] ?? []).flatMap((parent) => [parent, ...ancestorsOf(parent)])),
    ];
    this.ancestors = shards.map((_, shard) => ancestorsOf(shard));
    const timesOf = (shard: number) => shards[shard]!.records.map(({ time }) => time);
    this.reachedBefore = shards.flatMap((_, shard) => {
      const before = this.ancestors[shard]!.flatMap(timesOf);
      return timesOf(shard).map((_time, at) => Math.max(0, ...before, ...timesOf(shard).slice(0, at)));
    });
  }

  /** When the last window of a slice closes. */
  closesAt(slice: number): number {
    return slice + this.scenario.size + this.scenario.lateness;
  }

  /** When a window closes. */
  windowCloses(end: number): number {
    return end + this.scenario.lateness;
  }

  covers(end: number, slice: number): boolean {
    return slice < end && slice >= end - this.scenario.size;
  }

  /** The slices of a window, as bits. */
  slicesOf(end: number): number {
    let mask = 0;
    for (let slice = Math.max(1, end - this.scenario.size); slice < end; slice++) mask |= sliceBit(slice);
    return mask;
  }

  recordsOf(shard: number): number {
    return this.first[shard + 1]! - this.first[shard]!;
  }

  isChildOf(child: number, shard: number): boolean {
    return this.parents[child]!.includes(shard);
  }
}

export const sliceBit = (slice: number): number => 1 << (slice - 1);
