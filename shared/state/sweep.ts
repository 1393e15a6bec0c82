import { silenceTime, watermarkOf } from '../windows/watermark.ts';
import type { Clock } from './clock.ts';
import { dueWindows, nextDue } from './due.ts';
import type { Sleep } from './fence.ts';
import type { Head } from './heads.ts';
import type { Hints } from './hints.ts';
import { holding, type SourceShard, sourceShards } from './source.ts';
import type { StageContext } from './stage-context.ts';
import { readStageView, type StageView } from './stage-view.ts';
import { type StreamLook, sweepShards } from './sweep-shards.ts';
import { IDLE_AFTER_MS } from './time-keeper.ts';

/** What a sweep needs besides the state. */
export interface SweepInputs {
  /** The stream that a window or filter stage reads. */
  inputOf(stage: string): StreamLook;
  readonly hints: Hints;
  readonly sleep: Sleep;
  /** Milliseconds left to work. */
  remaining(): number;
}

/** Looks per call: more than two only make sense while a silence goes on. */
const MAX_ROUNDS = 8;
const MIN_REMAINING_MS = 5_000;

/**
 * Keeps a stage's time going where its writers cannot: registers shards, leaves out those that are idle, retires consumed
 * parents, lets time pass in silence, and asks for the firing of what is due. Waits, as far as its time allows, for what
 * will be due before the next sweep.
 */
export async function sweepStage(context: StageContext, inputs: SweepInputs): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const wait = await sweepOnce(context, inputs, round === 0);
    if (wait === undefined || wait > inputs.remaining() - MIN_REMAINING_MS) return;
    await inputs.sleep(wait);
  }
}

/** @returns how many milliseconds from now another look is worth while, `undefined` where none is */
async function sweepOnce(
  context: StageContext,
  inputs: SweepInputs,
  first: boolean,
): Promise<number | undefined> {
  const { shards, all, clock, at: now } = await sweepSource(context, inputs);
  const active = shards.filter(({ idle }) => !idle);
  const silence =
    active.length === 0 ? silenceOf(all, context.compiled.stage.outOfOrderness, now) : undefined;
  // When all are idle none may run ahead: what paused may go on where it stopped.
  const counted = active.length > 0 ? active : shards.filter((shard) => Number.isFinite(shard.maxEventTime));
  await moveClock(context, counted, silence, clock);

  const view = await readStageView(context);
  if (view === undefined) return undefined;
  await keepUnacted(context, view);
  if (dueWindows(context, view, now).length > 0) await inputs.hints.fire(context.name);
  const waits = [
    untilLeaseEnds(view, now),
    silence === undefined ? undefined : untilNextWindow(context, view, silence.time),
    first && silence === undefined ? untilQuiet(active, now) : undefined,
  ];
  const worthwhile = waits.filter((wait) => wait !== undefined);
  return worthwhile.length === 0 ? undefined : Math.min(...worthwhile);
}

/** What a sweep knows of the shards by which a stage tells the time. */
interface SweptSource {
  /** Those that may hold it; idle where nothing is left that could come from them. */
  readonly shards: readonly SourceShard[];
  /** The heads of all of them and the stage's own, retired ones included. */
  readonly all: readonly Head[];
  readonly clock: Clock | undefined;
  /** The wall clock when that began. */
  readonly at: number;
}

/** Sweeps the shards of a stage's input and, where filters lie between, of its source; then starts the clock if it was not. */
async function sweepSource(context: StageContext, inputs: SweepInputs): Promise<SweptSource> {
  const { filters, now } = context;
  const first = filters.at(-1);
  // The source first: what it is found to have put by then is looked for in what the stage has consumed.
  const source = first && (await sweepShards(first.heads, inputs.inputOf(first.name), now));
  const between = await Promise.all(
    filters.slice(0, -1).map(async ({ heads }) => (await heads.read()).heads),
  );
  const own = await sweepShards(context.heads, inputs.inputOf(context.name), now);
  // Time is not known before all shards are known.
  if (own.clock === undefined) await context.clock.start();
  const { idle, retired, at } = source ?? own;
  const shards = sourceShards(own.heads, source ? [...between, source.heads] : []);
  return {
    shards: holding(shards).map((shard) => ({
      ...shard,
      // A shard that has ended holds time like any other until its children hold it instead.
      idle: shard.seen && (idle.has(shard.head.shard) || retired.has(shard.head.shard)),
    })),
    all: source ? [...source.heads, ...own.heads] : own.heads,
    clock: own.clock,
    at,
  };
}

/** While nothing arrives anywhere, event time goes on at the speed of the wall clock from the last event seen. */
interface Silence {
  readonly time: number;
  readonly since: number;
}

/** Retired shards count: after a split it may have been the parent that saw the last event. */
function silenceOf(heads: readonly Head[], outOfOrderness: number, now: number): Silence | undefined {
  const seen = heads.filter((head) => Number.isFinite(head.maxEventTime));
  const time = silenceTime(
    seen.map(({ maxEventTime, updatedAt }) => ({ maxEventTime, idle: true, lastArrival: updatedAt })),
    outOfOrderness,
    now,
  );
  return time === undefined ? undefined : { time, since: Math.max(...seen.map((head) => head.updatedAt)) };
}

async function moveClock(
  context: StageContext,
  counted: readonly SourceShard[],
  silence: Silence | undefined,
  clock: Clock | undefined,
): Promise<void> {
  const watermark = watermarkOf(counted, context.compiled.stage.outOfOrderness);
  if (watermark !== undefined && watermark > (clock?.watermark ?? Number.NEGATIVE_INFINITY)) {
    await context.clock.forward('watermark', watermark);
  }
  if (silence === undefined) return;
  await context.clock.forward('firesUpTo', silence.time);
  // Silence fires, only data closes: unless it has lasted so long that nothing unread can be left in the stream.
  if (context.now() - silence.since >= context.retention)
    await context.clock.forward('watermark', silence.time);
}

/** Commits whose actions may not have been done must not expire, however long their writer is away. */
async function keepUnacted(context: StageContext, view: StageView): Promise<void> {
  for (const { shard, tail, writtenAt } of view.shards) {
    const head = view.heads.find((candidate) => candidate.shard === shard);
    const stuckFor = context.now() - writtenAt;
    if (head === undefined || tail.lastBatch <= head.n || stuckFor < context.retention / 2) continue;
    for (let n = head.n + 1; n <= tail.lastBatch; n++) await context.log.keep(shard, n, context.logExpiry());
  }
}

/** Shards that moved a moment ago may have been the last to: once they are quiet, time may go on without them. */
function untilQuiet(active: readonly SourceShard[], now: number): number | undefined {
  const waits = active.flatMap(({ head: { n, updatedAt }, seen }) => {
    if (n > 0 && now - updatedAt < IDLE_AFTER_MS) return [updatedAt + IDLE_AFTER_MS - now];
    // What a filter has put is on its way to the stage.
    return seen ? [] : [IDLE_AFTER_MS];
  });
  return waits.length === 0 ? undefined : Math.max(...waits) + 1;
}

/** A claimed firing is either under way or its function has died: when its lease ends, it shows which. */
function untilLeaseEnds(view: StageView, now: number): number | undefined {
  const leases = [...view.firings.values()].flatMap(({ state, lease }) =>
    state === 'claimed' && lease >= now ? [lease - now + 1] : [],
  );
  return leases.length === 0 ? undefined : Math.min(...leases);
}

/** In silence the moment is known at which the next window will be due. */
function untilNextWindow(context: StageContext, view: StageView, time: number): number | undefined {
  const next = nextDue(context, view, time);
  return next === undefined ? undefined : next - time;
}
