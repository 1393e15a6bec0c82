import { silenceTime, watermarkOf } from '../windows/watermark.ts';
import { ancestorsOf } from './ancestors.ts';
import type { Clock } from './clock.ts';
import { mapLimit } from './concurrency.ts';
import { dueWindows, nextDue } from './due.ts';
import type { Sleep } from './fence.ts';
import type { Head, ShardInfo, StageProgress } from './heads.ts';
import type { Hints } from './hints.ts';
import type { Position } from './position.ts';
import type { ListShards, StageContext } from './stage-context.ts';
import { readStageView, type StageView } from './stage-view.ts';
import { IDLE_AFTER_MS } from './time-keeper.ts';

/**
 * What a look into the stream behind a position found: something to read, nothing (and nothing on its way), or the end of
 * a closed shard.
 */
export type Probe = 'unread' | 'empty' | 'ended';

/** What a sweep needs besides the state. */
export interface SweepInputs {
  readonly listShards: ListShards;
  probe(shard: string, after: Position): Promise<Probe>;
  readonly hints: Hints;
  readonly sleep: Sleep;
  /** Milliseconds left to work. */
  remaining(): number;
}

/** Probes at a time: Kinesis allows five reads per shard and second, and these are different shards. */
const PROBES = 8;
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
  const { progress, listed, gone } = await registerShards(context, inputs.listShards);
  const now = context.now();
  const live = progress.heads.filter((head) => !head.retired);
  const probes = await probeQuiet(inputs, live, listed, gone, now);
  const retired = await retireConsumed(context, progress.heads, listed, probes);
  const idle = live.filter((head) => probes.get(head.shard) === 'empty');
  await mapLimit(idle, PROBES, ({ shard, n, idleAt }) =>
    idleAt === n ? Promise.resolve() : context.heads.markIdle(shard, n),
  );
  // A shard that has ended holds time like any other until its children hold it instead.
  const active = live.filter((head) => probes.get(head.shard) !== 'empty' && !retired.has(head.shard));
  const silence =
    active.length === 0 ? silenceOf(progress.heads, context.compiled.stage.outOfOrderness, now) : undefined;
  // When all are idle none may run ahead: what paused may go on where it stopped.
  const counted = active.length > 0 ? active : live.filter((head) => Number.isFinite(head.maxEventTime));
  await moveClock(context, counted, silence, progress.clock);

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

/** Gives every shard that the stream shows a head, then starts the clock: time is not known before all are known. */
async function registerShards(
  context: StageContext,
  listShards: ListShards,
): Promise<{ progress: StageProgress; listed: readonly ShardInfo[]; gone: ReadonlySet<string> }> {
  const before = await context.heads.read();
  const listed = await listShards();
  const known = new Set(
    before.heads.filter((head) => head.hashRange !== undefined).map((head) => head.shard),
  );
  const unknown = listed.filter((info) => !known.has(info.shard));
  await mapLimit(unknown, PROBES, (info) =>
    context.heads.register(info, ancestorsOf(info.shard, listed), context.now()),
  );
  if (before.clock === undefined) await context.clock.start();
  const changed = unknown.length > 0 || before.clock === undefined;
  // Only what was known before the listing can be missing from it: the other heads are of shards that others saw since.
  const gone = new Set(before.heads.map((head) => head.shard));
  for (const info of listed) gone.delete(info.shard);
  return { progress: changed ? await context.heads.read() : before, listed, gone };
}

/** Looks behind the heads that have been still for a while, or have never moved. */
async function probeQuiet(
  inputs: SweepInputs,
  heads: readonly Head[],
  listed: readonly ShardInfo[],
  gone: ReadonlySet<string>,
  now: number,
): Promise<Map<string, Probe>> {
  const known = new Set([...gone, ...listed.map((info) => info.shard)]);
  const quiet = heads.filter(
    (head) => known.has(head.shard) && (head.n === 0 || now - head.updatedAt >= IDLE_AFTER_MS),
  );
  const found = await mapLimit(quiet, PROBES, async ({ shard, position }) => {
    // A shard that the stream no longer shows was closed, and all that it held has passed the stream's retention.
    return [shard, gone.has(shard) ? 'ended' : await inputs.probe(shard, position)] as const;
  });
  return new Map(found);
}

/** A consumed parent stops holding time only when all of its children are registered and hold it instead. */
async function retireConsumed(
  context: StageContext,
  heads: readonly Head[],
  listed: readonly ShardInfo[],
  probes: ReadonlyMap<string, Probe>,
): Promise<Set<string>> {
  const registered = new Set(heads.map((head) => head.shard));
  const retired = new Set<string>();
  for (const head of heads) {
    if (probes.get(head.shard) !== 'ended') continue;
    const children = listed.filter((info) => info.parents.includes(head.shard));
    const gone = !listed.some((info) => info.shard === head.shard);
    if (gone || (children.length > 0 && children.every((info) => registered.has(info.shard)))) {
      await context.heads.retire(head.shard, head.n);
      retired.add(head.shard);
    }
  }
  return retired;
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
  counted: readonly Head[],
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
function untilQuiet(active: readonly Head[], now: number): number | undefined {
  const moved = active.filter((head) => head.n > 0 && now - head.updatedAt < IDLE_AFTER_MS);
  if (moved.length === 0) return undefined;
  return Math.max(...moved.map((head) => head.updatedAt + IDLE_AFTER_MS - now)) + 1;
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
