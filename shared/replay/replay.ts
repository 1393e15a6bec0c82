import { fireStage } from '../state/fire.ts';
import type { FireOutputs } from '../state/fire-outputs.ts';
import { comparePosition, type Position, WHOLE_RECORD } from '../state/position.ts';
import type { StageContext } from '../state/stage-context.ts';
import { registerShards } from '../state/sweep-shards.ts';
import { ShardWriter, type WriterOutputs } from '../state/writer.ts';
import { isMomentBetween } from '../windows/moments.ts';
import { watermarkOf } from '../windows/watermark.ts';
import type { ShardCursor, TimedRecord } from './cursor.ts';
import type { ReplayGate } from './gate.ts';
import { type RoutedRecord, Router } from './router.ts';

/** A replay that cannot be, or cannot go on; the message says why. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/** What a replay works with. */
export interface ReplayContext {
  readonly context: StageContext;
  readonly gate: ReplayGate;
  readonly lanes: number;
  readonly outputs: Omit<WriterOutputs, 'hints'>;
  readonly fire: FireOutputs;
  /** Waits until so many events may be replayed. */
  readonly pace: (events: number) => Promise<void>;
  readonly onProgress: (progress: ReplayProgress) => void;
  /** Ends the replay after the step that is under way; it can be gone on with later. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** Events that were read from the lake for the stage. */
  readonly events: number;
  /** Arrival up to which everything is counted, epoch milliseconds. */
  readonly arrival: number;
  /** Results that were emitted. */
  readonly results: number;
}

const LONGEST_STEP_MS = 60_000;
/** The sweeper leaves a shard out of the stage's time after as long a silence. */
const SHORTEST_STEP_MS = 5_000;
/** A twentieth of how long a stage waits: an event that came later than that by less may be counted, where live it was not. */
const STEPS = 20;
/** Events of one step, where records can be cut: bounds what is held in memory. */
const STEP_EVENTS = 200_000;

/**
 * Takes landed records through a stage as if they came now: in the order in which they arrived, a short time of all shards after
 * another, through the writer that counts live events and into the same log. Ids, sources and event times are the original ones, and so
 * are arrivals. Nothing becomes late because much is sent at once: the stage's time is the minimum over its shards, and those that had
 * nothing in a step are left out of it only when the step has ended.
 *
 * It can be broken off at any time and begun again from the same arrival: what is counted is known by its position.
 *
 * @param cursors - one per landed shard
 * @throws ReplayError when the stage is live already
 */
export async function replayStage(
  replay: ReplayContext,
  cursors: readonly ShardCursor[],
): Promise<ReplayProgress> {
  const { context, gate, outputs, lanes, pace, onProgress, signal } = replay;
  if (await gate.isOpen()) {
    throw new ReplayError(
      `stage "${context.name}" is live: a replay is for a stage that counts nothing yet, declared with awaitsReplay`,
    );
  }
  const { listed } = await registerShards(context.heads, outputs.listShards, context.now());
  // Time is not known before all shards are known.
  await context.clock.start();
  const router = new Router(context.compiled.stage, lanes, listed);
  const order = parentsFirst(listed);
  const counters = new Map<string, ShardCounter>();
  const counterOf = (shard: string): ShardCounter => {
    const known = counters.get(shard) ?? new ShardCounter(replay, shard);
    counters.set(shard, known);
    return known;
  };
  const { outOfOrderness, allowedLateness } = context.compiled.stage;
  const step = Math.min(
    LONGEST_STEP_MS,
    Math.max(SHORTEST_STEP_MS, Math.floor((outOfOrderness + allowedLateness) / STEPS)),
  );
  let progress: ReplayProgress = { events: 0, arrival: Number.NEGATIVE_INFINITY, results: 0 };
  for (;;) {
    const records = await takeStep(cursors, step);
    if (records.length === 0) {
      const { results } = await fireStage(context, replay.fire);
      progress = { ...progress, results: progress.results + results };
      onProgress(progress);
      return progress;
    }
    const routed = router.route(records);
    let due = false;
    for (const shard of order) {
      const batch = routed.get(shard);
      if (batch === undefined) continue;
      const { events, fires } = await counterOf(shard).count(batch, pace);
      progress = { ...progress, events: progress.events + events };
      due ||= fires;
    }
    if (routed.size > 0) due = (await moveClock(context, new Set(routed.keys()))) || due;
    if (due) {
      const { results } = await fireStage(context, replay.fire);
      progress = { ...progress, results: progress.results + results };
    }
    progress = { ...progress, arrival: Math.max(...records.map(({ arrival }) => arrival)) };
    onProgress(progress);
    if (signal?.aborted === true) return progress;
  }
}

/** The records of all shards from the earliest one on, for the length of a step: those of one arrival are never parted. */
async function takeStep(cursors: readonly ShardCursor[], step: number): Promise<TimedRecord[]> {
  const waiting = () => cursors.flatMap(({ next }) => next?.arrival ?? []);
  const first = Math.min(...waiting());
  const end = (Math.floor(first / step) + 1) * step;
  const taken: TimedRecord[] = [];
  let events = 0;
  for (;;) {
    const arrival = Math.min(...waiting());
    if (arrival >= end || events >= STEP_EVENTS || !Number.isFinite(arrival)) return taken;
    for (const cursor of cursors) {
      while (cursor.next !== undefined && cursor.next.arrival <= arrival) {
        const record = await cursor.take();
        if (record === undefined) break;
        taken.push(record);
        events += record.events.length;
      }
    }
  }
}

/** Counts the records of one shard of the stage's input. */
class ShardCounter {
  readonly #writer: ShardWriter;
  readonly #context: StageContext;
  readonly #shard: string;
  #last: Position | undefined;
  #done: Position | undefined;
  #fires = false;

  constructor({ context, outputs }: ReplayContext, shard: string) {
    this.#context = context;
    this.#shard = shard;
    this.#writer = new ShardWriter(context, shard, {
      ...outputs,
      hints: {
        fire: async () => {
          this.#fires = true;
        },
        // Only those who look into the stream sweep, and what is replayed is not there.
        sweep: async () => {},
      },
    });
  }

  /** @returns how many events were counted or told as repetitions, and whether something is to be fired */
  async count(
    records: readonly RoutedRecord[],
    pace: (events: number) => Promise<void>,
  ): Promise<{ readonly events: number; readonly fires: boolean }> {
    this.#done ??= (await this.#context.heads.one(this.#shard))?.position ?? {
      sequence: '0',
      sub: WHOLE_RECORD,
    };
    const done = this.#done;
    const rest: RoutedRecord[] = [];
    for (const record of records) {
      const position: Position = { sequence: record.sequence, sub: WHOLE_RECORD };
      // The writer would take it for a repetition and skip it.
      if (this.#last !== undefined && comparePosition(position, this.#last) <= 0) {
        throw new ReplayError(
          `record ${record.sequence} of ${this.#shard} comes after ${this.#last.sequence}: the lake has it in another order`,
        );
      }
      this.#last = position;
      if (comparePosition(position, done) > 0) rest.push(record);
    }
    const events = rest.reduce((sum, record) => sum + record.events, 0);
    if (rest.length === 0) return { events, fires: false };
    await pace(events);
    this.#fires = false;
    await this.#writer.process(rest);
    return { events, fires: this.#fires };
  }
}

/**
 * Moves the stage's clock as the sweeper does: a shard of which nothing came in a step that has ended is idle, and does not hold it.
 *
 * @returns whether something is due
 */
async function moveClock(context: StageContext, active: ReadonlySet<string>): Promise<boolean> {
  const { heads, clock } = await context.heads.read();
  const { plan, stage } = context.compiled;
  const counted = heads.filter(
    ({ shard, maxEventTime }) => active.has(shard) && Number.isFinite(maxEventTime),
  );
  const watermark = watermarkOf(counted, stage.outOfOrderness);
  const before = clock?.watermark ?? Number.NEGATIVE_INFINITY;
  if (watermark === undefined || watermark <= before) return false;
  await context.clock.forward('watermark', watermark);
  return isMomentBetween(plan.windows, stage, before, watermark);
}

/** Shards so that those that others descend from come before them: a child reads what its parents have counted. */
function parentsFirst(
  shards: readonly { readonly shard: string; readonly parents: readonly string[] }[],
): string[] {
  const placed = new Set<string>();
  const names = new Set(shards.map(({ shard }) => shard));
  while (placed.size < shards.length) {
    const ready = shards.filter(
      ({ shard, parents }) =>
        !placed.has(shard) && parents.every((parent) => placed.has(parent) || !names.has(parent)),
    );
    if (ready.length === 0) throw new ReplayError('the shards of the stream descend from each other');
    for (const { shard } of ready) placed.add(shard);
  }
  return [...placed];
}
