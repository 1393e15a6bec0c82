import { laterHeartbeat } from '../events/heartbeat.ts';
import type { FilterStage } from '../pipeline/index.ts';
import { type StageReader, stageReader } from '../results/stage-reader.ts';
import { addCounts, NO_COUNTS } from '../state/commit.ts';
import type { Head, Heads } from '../state/heads.ts';
import { type Mark, withMark } from '../state/marks.ts';
import { compareSequence, START, WHOLE_RECORD } from '../state/position.ts';
import type { ListShards } from '../state/stage-context.ts';
import type { SourceRecord } from '../state/writer.ts';
import { decodeRecord, Inflation } from '../streams/decode.ts';
import type { HashRange } from '../streams/hash-range.ts';
import { type SetAsideItem, withPartitionKeys } from '../streams/set-aside.ts';
import { FilterBatch } from './batch.ts';
import type { FilterOutput } from './output.ts';
import { FilterRule } from './rule.ts';

/** What a filter stage works with. */
export interface FilterContext {
  readonly stage: FilterStage;
  readonly heads: Pick<Heads, 'one' | 'advance'>;
  readonly output: FilterOutput;
  readonly listShards: ListShards;
  /** Stores what could not be processed; idempotent. */
  setAside(shard: string, items: readonly SetAsideItem[]): Promise<void>;
  /** How long the output stream keeps records, in milliseconds. */
  readonly retention: number;
  readonly now: () => number;
}

/** What became of a batch's events. */
export interface FilterReport {
  readonly passed: number;
  readonly filtered: number;
  readonly rejected: number;
  /** When the last heartbeat among them was sent, epoch milliseconds. */
  readonly heartbeat: number | undefined;
}

/** Events that are put in one go: how far it has come is noted after each, so that a repetition goes on from there. */
const STEP_EVENTS = 5_000;
const MAX_ATTEMPTS = 8;

type Place = Pick<Head, 'n' | 'position' | 'maxEventTime' | 'arrival' | 'counts' | 'marks'>;

const BEGINNING: Place = {
  n: 0,
  position: START,
  maxEventTime: Number.NEGATIVE_INFINITY,
  arrival: Number.NEGATIVE_INFINITY,
  counts: { ...NO_COUNTS, filtered: 0 },
};

/**
 * Filters the records of one shard into the stage's output stream, in order. Events are put at least once: one that is put again
 * has the same id, source and time, by which whoever reads them counts it once. The head, which is moved after the put,
 * saves most repetitions and keeps the counts exact; it is no commit.
 */
export class ShardFilter {
  readonly #context: FilterContext;
  readonly #shard: string;
  readonly #rule: FilterRule;
  readonly #reader: StageReader;
  #hashRange: HashRange | undefined;

  constructor(context: FilterContext, shard: string) {
    this.#context = context;
    this.#shard = shard;
    this.#rule = new FilterRule(context.stage);
    this.#reader = stageReader(context.stage.from);
  }

  /** When it returns all that passes is in the output stream; when it throws the same records must be given again. */
  async process(records: readonly SourceRecord[]): Promise<FilterReport> {
    let report: FilterReport = { passed: 0, filtered: 0, rejected: 0, heartbeat: undefined };
    let place = await this.#place();
    let conflicts = 0;
    for (;;) {
      const { sequence } = place.position;
      const rest = records.filter((record) => compareSequence(record.sequence, sequence) > 0);
      if (rest.length === 0) return report;
      const step = await this.#step(place, rest);
      const { marks, ...tail } = { ...step.place, ancestors: [] };
      const moment = { now: this.#context.now(), fed: step.fed, marks };
      if (await this.#context.heads.advance(this.#shard, tail, moment)) {
        place = step.place;
        report = {
          passed: report.passed + step.report.passed,
          filtered: report.filtered + step.report.filtered,
          rejected: report.rejected + step.report.rejected,
          heartbeat: laterHeartbeat(report.heartbeat, step.report.heartbeat),
        };
      } else {
        // Another one, perhaps an attempt of ours that is given up for dead, is at these records as well.
        if (++conflicts > MAX_ATTEMPTS)
          throw new Error(`the head of ${this.#shard} is moved by somebody else`);
        place = await this.#place();
      }
    }
  }

  async #place(): Promise<Place> {
    const head = await this.#context.heads.one(this.#shard);
    return head === undefined || head.n === 0 ? BEGINNING : head;
  }

  /** Filters records from the first on, until what passes is enough for one put. */
  async #step(
    place: Place,
    records: readonly SourceRecord[],
  ): Promise<{ readonly place: Place; readonly fed: boolean; readonly report: FilterReport }> {
    const { stage, output, setAside } = this.#context;
    this.#hashRange ??= await this.#readHashRange();
    const batch = new FilterBatch(this.#rule, stage.input.name, place.maxEventTime);
    const visitor = this.#reader.reading(batch);
    const inflation = new Inflation();
    const { onInflated } = inflation;
    const options = { types: this.#reader.types, onInflated, hashRange: this.#hashRange };
    let { position, arrival } = place;
    for (const record of records) {
      batch.begin(record.sequence, record.arrival);
      decodeRecord(Buffer.from(record.data, 'base64'), visitor, options);
      position = { sequence: record.sequence, sub: WHOLE_RECORD };
      arrival = Math.max(arrival, record.arrival);
      if (batch.passed.length >= STEP_EVENTS || inflation.isEnough) break;
    }
    const { passed, heartbeats } = batch;
    const { oversize, reached } = await output.put([...passed, ...heartbeats]);
    const rejected = [...batch.rejected, ...oversize];
    if (rejected.length > 0) await setAside(this.#shard, withPartitionKeys(rejected, records));
    const report: FilterReport = {
      passed: passed.length - oversize.length,
      filtered: batch.filtered,
      rejected: rejected.length,
      heartbeat: heartbeats.map(({ event }) => event.time).reduce(laterHeartbeat, undefined),
    };
    const { filtered } = report;
    const added = { ...NO_COUNTS, accepted: report.passed, filtered, rejected: report.rejected };
    const counts = addCounts(place.counts, added);
    const { maxEventTime } = batch;
    const mark: Mark = { position, maxEventTime, reached, at: this.#context.now() };
    const marks = withMark(place.marks ?? [], mark, this.#context.retention);
    const next = { n: place.n + 1, position, maxEventTime, arrival, counts, marks };
    return { place: next, fed: batch.fed, report };
  }

  /** Of records that the KPL has aggregated, only those of the shard's own range are its own. */
  async #readHashRange(): Promise<HashRange | undefined> {
    const shards = await this.#context.listShards();
    const range = shards.find(({ shard }) => shard === this.#shard)?.hashRange;
    return range && { start: BigInt(range[0]), end: BigInt(range[1]) };
  }
}
