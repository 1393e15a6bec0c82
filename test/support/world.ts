import { encodeCompact } from '../../shared/events/compact.ts';
import type { StreamEvent } from '../../shared/events/types.ts';
import type { WindowStage } from '../../shared/pipeline/index.ts';
import { parseResultEvent, type WindowResult } from '../../shared/results/result.ts';
import type { Rejected } from '../../shared/state/batch-fold.ts';
import { compileStage } from '../../shared/state/compiled-stage.ts';
import { fireStage } from '../../shared/state/fire.ts';
import { joinBuckets } from '../../shared/state/fire-buckets.ts';
import type {
  BucketHint,
  EmittedResult,
  FinishedFiring,
  FireOutputs,
} from '../../shared/state/fire-outputs.ts';
import { type StageContext, stageContext } from '../../shared/state/stage-context.ts';
import { sweepStage } from '../../shared/state/sweep.ts';
import { ShardWriter } from '../../shared/state/writer.ts';
import type { TestDynamoDB } from './dynamodb.ts';
import { Faults } from './faults.ts';
import { MemoryStream } from './memory-stream.ts';

const HOUR_MS = 3_600_000;

export interface WorldOptions {
  /** Keys above which windows are fired in buckets. */
  readonly maxKeys?: number;
  /** Event time that may lie within final results emitted together. */
  readonly resultSpan?: number;
}

/** One window stage with everything around it in memory, except its state, which is in a real emulator. */
export class World {
  /** The wall clock. */
  now: number;
  readonly stream: MemoryStream;
  readonly faults = new Faults();
  readonly context: StageContext;
  /** Name of the state table. */
  readonly table: string;
  readonly late: string[] = [];
  /** Notices of events that were counted in some of their windows only. */
  readonly partlyLate: string[] = [];
  readonly rejected = new Map<string, Rejected>();
  readonly results: WindowResult[] = [];
  /** Result id -> its bytes: one id must never have two contents. */
  readonly emitted = new Map<string, string>();
  /** Events that were counted in some of their windows only, as commits tell of them. */
  partlyLateCounted = 0;
  /** Windows whose results of one revision are all emitted, as operators count them. */
  readonly fired: FinishedFiring[] = [];
  readonly hints: string[] = [];
  /** Buckets of firings that others were asked to take part in: nobody does unless {@link join} is called. */
  readonly bucketHints: BucketHint[] = [];
  /** How long functions have, in milliseconds. */
  remaining: () => number = () => 60_000;
  readonly #writers = new Map<string, ShardWriter>();
  readonly #checkpoints = new Map<string, string>();

  static async create(
    dynamodb: TestDynamoDB,
    stage: WindowStage,
    shards: number,
    now: number,
    options: WorldOptions = {},
  ): Promise<World> {
    return new World(dynamodb, await dynamodb.createTable(), stage, shards, now, options);
  }

  private constructor(
    dynamodb: TestDynamoDB,
    table: string,
    stage: WindowStage,
    shards: number,
    now: number,
    { maxKeys, resultSpan }: WorldOptions,
  ) {
    this.now = now;
    this.table = table;
    this.stream = new MemoryStream(shards);
    this.context = stageContext({
      client: this.faults.wrap(dynamodb.client),
      table,
      pipeline: 'test',
      compiled: compileStage(stage),
      retention: 24 * HOUR_MS,
      now: () => this.now,
      // Whatever may be compacted is: the batches of tests are too small for it to pay.
      worthCompacting: () => true,
      ...(maxKeys !== undefined && { maxKeys }),
      ...(resultSpan !== undefined && { resultSpan }),
    });
  }

  /** Puts a record of events; a record holds events of one lane, and `point` says which. */
  put(point: number, events: readonly StreamEvent[]): void {
    this.stream.put(point, encodeCompact(events), this.now);
  }

  putBytes(point: number, bytes: Uint8Array): void {
    this.stream.put(point, bytes, this.now);
  }

  /**
   * Delivers the next records of a shard as one batch, as Lambda does: on success the checkpoint moves, on failure the
   * same records come again, perhaps with more behind them.
   *
   * @returns whether there was anything to deliver
   */
  async deliver(shard: string, count: number): Promise<boolean> {
    if (!this.stream.isReady(shard, this.#checkpoints)) return false;
    const records = this.stream.read(shard, this.#checkpoints.get(shard), count);
    const last = records.at(-1);
    if (last === undefined) return false;
    await this.writer(shard).process(records);
    this.#checkpoints.set(shard, last.sequence);
    return true;
  }

  /** Delivers records again that were processed before: up to `back` before the checkpoint, and `ahead` new ones. */
  async redeliver(shard: string, back: number, ahead: number): Promise<void> {
    const all = this.stream.read(shard, undefined, Number.MAX_SAFE_INTEGER);
    const at = all.findIndex(({ sequence }) => sequence === this.#checkpoints.get(shard)) + 1;
    const records = all.slice(
      Math.max(0, at - back),
      at + (this.stream.isReady(shard, this.#checkpoints) ? ahead : 0),
    );
    const last = records.at(-1);
    if (last === undefined) return;
    await this.writer(shard).process(records);
    if (at + ahead > at && records.length > 0) this.#checkpoints.set(shard, last.sequence);
  }

  writer(shard: string): ShardWriter {
    let writer = this.#writers.get(shard);
    if (writer === undefined) {
      writer = this.newWriter(shard);
      this.#writers.set(shard, writer);
    }
    return writer;
  }

  newWriter(shard: string): ShardWriter {
    return new ShardWriter(this.context, shard, {
      setAside: (_shard, items) =>
        this.faults.call(async () => {
          for (const item of items) this.rejected.set(`${item.sequence}-${item.sub}`, item);
        }),
      emitLate: (events) =>
        this.faults.call(async () => {
          for (const event of events) {
            const { millracereason } = JSON.parse(event) as { millracereason?: string };
            (millracereason === 'partly-late' ? this.partlyLate : this.late).push(event);
          }
        }),
      hints: {
        fire: async (stage) => void this.hints.push(`fire ${stage}`),
        sweep: async (stage) => void this.hints.push(`sweep ${stage}`),
      },
      listShards: () => this.faults.call(this.stream.list),
      committed: ({ partlyLate }) => {
        this.partlyLateCounted += partlyLate;
      },
    });
  }

  /** A container dies, or all do: what they had in memory is gone. */
  restart(shard?: string): void {
    if (shard === undefined) this.#writers.clear();
    else this.#writers.delete(shard);
  }

  async fire(): Promise<void> {
    await fireStage(this.context, this.#outputs());
  }

  /** Another function takes part in a firing. */
  async join(hint: BucketHint): Promise<void> {
    await joinBuckets(this.context, this.#outputs(), hint);
  }

  #outputs(): FireOutputs {
    return {
      emit: (results) => this.receive(results),
      listShards: () => this.faults.call(this.stream.list),
      sleep: this.#sleep,
      remaining: () => this.remaining(),
      fireBucket: async (hint) => void this.bucketHints.push(hint),
      fired: ({ end, revision, final }) => void this.fired.push({ end, revision, final }),
    };
  }

  /** Takes results in as the results stream does. */
  async receive(results: Iterable<EmittedResult>): Promise<number> {
    let count = 0;
    for (const { event } of results) {
      await this.faults.call(async () => this.#receive(event));
      count++;
    }
    return count;
  }

  async sweep(remaining = 0): Promise<void> {
    const until = this.now + remaining;
    await sweepStage(this.context, {
      inputOf: () => ({
        listShards: () => this.faults.call(this.stream.list),
        probe: (shard, after, concerns) => this.faults.call(() => this.stream.probe(shard, after, concerns)),
      }),
      contextOf: () => this.context,
      hints: { fire: async (stage) => void this.hints.push(`fire ${stage}`), sweep: async () => {} },
      sleep: this.#sleep,
      remaining: () => until - this.now,
    });
  }

  /** Delivers everything, then sweeps and fires until nothing more happens. */
  async settle(): Promise<void> {
    this.faults.quiet();
    for (let moved = true; moved; ) {
      moved = false;
      for (const shard of this.stream.names()) moved = (await this.deliver(shard, 50)) || moved;
    }
    for (let round = 0; round < 3; round++) {
      // Longer than a lease and than a shard must be still to count as quiet.
      this.now += 40_000;
      await this.sweep();
      await this.fire();
    }
  }

  /** The latest result per window and key. */
  latest(): Map<string, WindowResult> {
    const latest = new Map<string, WindowResult>();
    for (const result of this.results) {
      const id = `${result.start} ${result.end} ${result.key}`;
      const known = latest.get(id);
      if (known === undefined || known.revision < result.revision) latest.set(id, result);
    }
    return latest;
  }

  #sleep = async (ms: number): Promise<void> => {
    this.now += ms;
  };

  #receive(event: string): void {
    const result = parseResultEvent(event);
    const { id } = JSON.parse(event) as { id: string };
    const before = this.emitted.get(id);
    if (before !== undefined && before !== event) {
      throw new Error(`result ${id} has two contents:\n${before}\n${event}`);
    }
    this.emitted.set(id, event);
    this.results.push(result);
  }
}
