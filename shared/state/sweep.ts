import { dueWindows, nextDue } from './due.ts';
import type { Sleep } from './fence.ts';
import type { Hints } from './hints.ts';
import type { SourceShard } from './source.ts';
import type { StageContext } from './stage-context.ts';
import { readStageView, type StageView } from './stage-view.ts';
import { sweepTime, type TimeInputs } from './sweep-time.ts';
import { IDLE_AFTER_MS } from './time-keeper.ts';

/** What a sweep needs besides the state. */
export interface SweepInputs extends TimeInputs {
  readonly hints: Hints;
  readonly sleep: Sleep;
  /** Milliseconds left to work. */
  remaining(): number;
  /** Told what each look has found of the stage's time. */
  seen?(time: StageTime): void;
}

/** How a stage's time stands, in milliseconds. */
export interface StageTime {
  /** How far the watermark is behind the wall clock; undefined where it is not known, or nothing arrives. */
  readonly lag: number | undefined;
  /** For how long a shard has committed nothing although it may have something to read: so long it has held the watermark. */
  readonly held: number;
}

/** Looks per call: more than two only make sense while a silence goes on, or a filter is at work. */
const MAX_ROUNDS = 16;
/** A filter's head rises when all of a batch is put, which may be long after the stage behind it has read the first of that. */
const HELD_LOOK_MS = 3_000;
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
  const { active, silence, at: now } = await sweepTime(context, inputs);
  const view = await readStageView(context);
  if (view === undefined) return undefined;
  const { watermark } = view.clock;
  inputs.seen?.({
    lag: active.length > 0 && Number.isFinite(watermark) ? now - watermark : undefined,
    held: Math.max(0, ...active.map(({ head }) => now - head.updatedAt)),
  });
  await keepUnacted(context, view);
  if (dueWindows(context, view, now).length > 0) await inputs.hints.fire(context.name);
  const waits = [
    untilLeaseEnds(view, now),
    silence === undefined ? undefined : untilNextWindow(context, view, silence.time),
    first && silence === undefined ? untilQuiet(active, now) : undefined,
    isHeld(context, view) ? HELD_LOOK_MS : undefined,
  ];
  const worthwhile = waits.filter((wait) => wait !== undefined);
  return worthwhile.length === 0 ? undefined : Math.min(...worthwhile);
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

/** Whether a window behind filters is over by what the stage itself has seen: the filters' heads will say so when they have put all of it. */
function isHeld({ filters, compiled }: StageContext, view: StageView): boolean {
  if (filters.length === 0) return false;
  const seen = Math.max(...view.heads.map(({ maxEventTime }) => maxEventTime));
  const reached = seen - compiled.stage.outOfOrderness;
  return view.windows.some(({ end }) => end > view.clock.firesUpTo && end <= reached);
}

/** Shards that brought something a moment ago may have been the last to: once they are quiet, time may go on without them. */
function untilQuiet(active: readonly SourceShard[], now: number): number | undefined {
  const waits = active.flatMap(({ head: { n, fedAt }, seen }) => {
    if (n > 0 && now - fedAt < IDLE_AFTER_MS) return [fedAt + IDLE_AFTER_MS - now];
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
