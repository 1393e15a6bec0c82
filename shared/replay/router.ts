import { cloudEventOf } from '../events/cloudevents.ts';
import type { StreamEvent } from '../events/types.ts';
import { FilterRule } from '../filters/rule.ts';
import { filtersBefore, type WindowStage } from '../pipeline/index.ts';
import type { ShardInfo } from '../state/heads.ts';
import type { SourceRecord } from '../state/writer.ts';
import { explicitHashKey, laneOf } from '../streams/lanes.ts';
import type { TimedRecord } from './cursor.ts';

/** The records of a step, by the shard of the stage's input in whose log they are counted. */
export type Routed = ReadonlyMap<string, RoutedRecord[]>;

export interface RoutedRecord extends SourceRecord {
  /** How many it holds. */
  readonly events: number;
}

/**
 * Says in which shard's log, and at which position, landed records are counted. Where the stage reads what was landed, that is where
 * they were: what the stream still has is then known by its position. Events of shards that are gone, and those that pass filter
 * stages, which have no position in the lake, are put where their partition key belongs, at a position made of their arrival: below any
 * that Kinesis gives, and rising. If the stream still has them, they are known by their ids.
 */
export class Router {
  readonly #stage: WindowStage;
  readonly #lanes: number;
  readonly #listed: ReadonlySet<string>;
  readonly #leaves: readonly { readonly shard: string; readonly start: bigint; readonly end: bigint }[];
  readonly #rules: readonly FilterRule[];

  constructor(stage: WindowStage, lanes: number, shards: readonly ShardInfo[]) {
    this.#stage = stage;
    this.#lanes = lanes;
    this.#rules = filtersBefore(stage.from)
      .reverse()
      .map((filter) => new FilterRule(filter));
    this.#listed = new Set(shards.map(({ shard }) => shard));
    const parents = new Set(shards.flatMap((shard) => shard.parents));
    this.#leaves = shards
      .filter(({ shard }) => !parents.has(shard))
      .map(({ shard, hashRange: [start, end] }) => ({ shard, start: BigInt(start), end: BigInt(end) }));
  }

  route(records: readonly TimedRecord[]): Routed {
    const exact = new Map<string, RoutedRecord[]>();
    const byArrival = new Map<string, Map<number, StreamEvent[]>>();
    for (const { shard, sequence, arrival, events } of records) {
      const own = this.#rules.length === 0 && this.#listed.has(shard);
      const passed = events.flatMap((event) => this.#passed(event, arrival) ?? []);
      if (passed.length === 0) continue;
      if (own) {
        exact.set(shard, [...(exact.get(shard) ?? []), sourceRecord(sequence, arrival, passed)]);
        continue;
      }
      for (const event of passed) {
        const target = this.#shardOf(event.key);
        const times = byArrival.get(target) ?? new Map<number, StreamEvent[]>();
        byArrival.set(target, times);
        times.set(arrival, [...(times.get(arrival) ?? []), event]);
      }
    }
    const routed = new Map<string, RoutedRecord[]>();
    for (const [shard, times] of byArrival) {
      const sorted = [...times].sort(([a], [b]) => a - b);
      routed.set(
        shard,
        sorted.map(([arrival, events]) => sourceRecord(String(arrival), arrival, events)),
      );
    }
    for (const [shard, own] of exact) routed.set(shard, [...(routed.get(shard) ?? []), ...own]);
    return routed;
  }

  /** The event as the stage reads it; `undefined` for what is not for it. */
  #passed(event: StreamEvent, arrival: number): StreamEvent | undefined {
    const { from } = this.#stage;
    const first = filtersBefore(from).at(-1)?.input ?? this.#stage.input;
    if (event.type !== first.name) return undefined;
    let passed = event;
    for (const rule of this.#rules) {
      // What it sets aside it has set aside when it was live.
      const judgement = rule.judge(passed, arrival, false);
      if (judgement.kind !== 'passed') return undefined;
      passed = judgement.event;
    }
    return passed;
  }

  #shardOf(key: string): string {
    const point = BigInt(explicitHashKey(laneOf(key, this.#lanes), this.#lanes));
    const leaf = this.#leaves.find(({ start, end }) => start <= point && point <= end);
    if (leaf === undefined) throw new RangeError(`no shard of the stage's input takes the key "${key}"`);
    return leaf.shard;
  }
}

const sourceRecord = (sequence: string, arrival: number, events: readonly StreamEvent[]): RoutedRecord => ({
  sequence,
  arrival,
  events: events.length,
  data: Buffer.from(JSON.stringify(events.map(cloudEventOf))).toString('base64'),
});
