import { closesAt } from '../windows/watermark.ts';
import { moveClosing } from './closing.ts';
import { Compaction } from './compaction.ts';
import { mapLimit } from './concurrency.ts';
import { closedTogether, closedUpTo, type DueWindow, dueWindows, lastClosing } from './due.ts';
import { fenceShards } from './fence.ts';
import { bucketsFor, deal, fireBuckets } from './fire-buckets.ts';
import type { EmittedResult, FireOutputs, GroupResults } from './fire-outputs.ts';
import { sliceFutures } from './future.ts';
import { type Cut, type Firing, isBeyond } from './ledger.ts';
import { type CutFiring, type MergedWindow, mergeWindows, TooManyKeys } from './merge.ts';
import { resultsOf } from './results-of.ts';
import { fireSessions, sessionsFrom } from './session-firing.ts';
import type { StageContext } from './stage-context.ts';
import { readShards, readStageView, type ShardView, type StageView } from './stage-view.ts';

/** What one call fired. */
export interface FireReport {
  readonly windows: number;
  readonly results: number;
}

/** After this a claimed firing may be taken over. Two that fire the same cut emit the same results: no harm but the cost. */
const LEASE_MS = 30_000;
/** Windows claimed and merged in one pass over the logs: what a backfill of days in one batch needs. */
const GROUP = 128;
const WRITES = 16;
/**
 * More results than this at once share records: a shard takes 1,000 records a second, and by one event per record these would keep
 * one busy for ten.
 */
const PACK_ABOVE = 10_000;
/** Results between two looks at the lease. */
const STEP = 10_000;
/** No new group is begun with less time than this left: what is due stays due, for the next hint or sweep. */
const MIN_REMAINING_MS = 15_000;

/** Fires every window of a stage that needs it, until none does, another has them, or time runs short. */
export async function fireStage(context: StageContext, outputs: FireOutputs): Promise<FireReport> {
  let windows = 0;
  let results = 0;
  let fenced = Number.NEGATIVE_INFINITY;
  while (outputs.remaining() > MIN_REMAINING_MS) {
    const view = await readStageView(context);
    if (view === undefined) break;
    await moveClosing(context, view, closedUpTo(context, view, fenced));
    const due = dueWindows(context, view, context.now());
    const open = due.filter(({ closing }) => !closing).slice(0, GROUP);
    const closing = closedTogether(context, view, due).slice(0, GROUP);
    if (open.length + closing.length === 0) {
      // Who closed the last window may have died before it said so. A view younger than that closing tells what is closed:
      // this one may have been read while a shard could still add to another window.
      const last = lastClosing(context, view);
      if (last <= Math.max(fenced, view.clock.closedUpTo)) break;
      fenced = last;
      continue;
    }
    const settled = closing.filter(({ window }) => closesAt(window, context.compiled.closingDelay) <= fenced);
    if (open.length === 0 && settled.length === 0) {
      await fenceShards(context, view.clock.watermark, outputs.listShards, outputs.sleep);
      fenced = view.clock.watermark;
      // Which window is the first to be closed, only a view that is younger than the fences tells.
      if (Number.isFinite(context.resultSpan)) continue;
    }
    const group = [open, settled, closing].find(({ length }) => length > 0) ?? [];
    const fired = await fireGroup(context, outputs, view, group);
    if (fired.windows === 0) break;
    windows += fired.windows;
    results += fired.results;
  }
  return { windows, results };
}

/** Claims, cuts, merges, emits and finishes the windows of one group. */
async function fireGroup(
  context: StageContext,
  outputs: FireOutputs,
  view: StageView,
  group: readonly DueWindow[],
): Promise<FireReport> {
  const claimed = await mapLimit(group, WRITES, (due) => claim(context, view, due));
  const holds = group.flatMap(({ window }, index) => {
    const firing = claimed[index];
    return firing === undefined ? [] : [{ window, firing }];
  });
  if (holds.length === 0) return { windows: 0, results: 0 };
  // Tails are read after the claims: a cut chosen before would lose what is committed in between.
  const shards = await readShards(context, (await context.heads.read()).heads);
  const now: Cut = new Map(shards.map(({ shard, tail }) => [shard, tail.n]));
  // After the tails, so that none has been pruned further, and before it is known that what is held is not over.
  const sessions = await sessionsFrom(context);
  const cut = await mapLimit(holds, WRITES, async ({ window, firing }): Promise<CutFiring[]> => {
    // A cut that was taken over is looked at once more: had its revision become done before the tails were read, slices that it
    // needs may have been pruned from them, and what is merged from the rest would be another content under the same id.
    const fixed = await (firing.cut === undefined
      ? context.ledger.cut(firing, now)
      : context.ledger.current(firing));
    // Another has taken the firing over and has cut it later than these tails were read: it is the other's to finish.
    if (fixed?.cut === undefined || isBeyond(fixed.cut, now)) return [];
    return [{ window, firing: { ...fixed, cut: fixed.cut } }];
  });
  const firings = cut.flat();
  if (sessions !== undefined) {
    const emitted = await emitAll(
      context,
      outputs,
      await fireSessions(context, sessions, firings, shards),
      firings,
    );
    return { windows: holds.length, results: emitted };
  }
  const compaction = new Compaction(context, sliceFutures(context, view, firings));
  const whole = firings.filter(({ firing }) => firing.buckets === undefined);
  let results = await finish(context, outputs, whole, shards, compaction);
  // Last: whoever dies here has fired all the same, and the next firing reads what this one did.
  await compaction.write();
  for (const { window, firing } of firings) {
    const { buckets } = firing;
    if (buckets === undefined) continue;
    results += await fireBuckets(context, outputs, { window, firing: { ...firing, buckets } }, shards);
  }
  return { windows: holds.length, results };
}

async function claim(context: StageContext, view: StageView, due: DueWindow): Promise<Firing | undefined> {
  const lease = context.now() + LEASE_MS;
  if (due.firing?.state === 'claimed') return context.ledger.takeOver(due.firing, lease);
  const { revision, closing } = due;
  return context.ledger.claim(due.window.end, due.firing, {
    revision,
    final: closing,
    lease,
    expiresAt: context.ledgerExpiry(),
    buckets: expectedBuckets(context, view, due),
  });
}

/** As many as the window needed the last time, or the one before it: to try without, and fail, would read it for nothing. */
function expectedBuckets(
  { maxKeys }: StageContext,
  { firings }: StageView,
  { window, firing, revision, closing }: DueWindow,
): number | undefined {
  const before = [...firings.values()].findLast(({ end, state }) => end < window.end && state === 'done');
  const keys = firing?.keys ?? before?.keys ?? 0;
  // What changed is told from the values at both cuts.
  return bucketsFor(revision !== 0 && !closing ? 2 * keys : keys, maxKeys);
}

/** Merges and emits, in halves where the keys are too many to hold at once, and in buckets where those of one window are. */
async function finish(
  context: StageContext,
  outputs: FireOutputs,
  firings: readonly CutFiring[],
  shards: readonly ShardView[],
  compaction: Compaction,
): Promise<number> {
  const [only, ...others] = firings;
  if (only === undefined) return 0;
  let merged: MergedWindow[];
  try {
    merged = await mergeWindows(context, firings, shards, { compaction, maxKeys: context.maxKeys });
  } catch (error) {
    if (!(error instanceof TooManyKeys)) throw error;
    if (others.length === 0) {
      const dealt = await deal(context, only, shards);
      return dealt === undefined ? 0 : fireBuckets(context, outputs, dealt, shards);
    }
    const half = Math.ceil(firings.length / 2);
    const first = await finish(context, outputs, firings.slice(0, half), shards, compaction);
    return first + (await finish(context, outputs, firings.slice(half), shards, compaction));
  }
  const keys = merged.reduce((sum, { current }) => sum + current.size, 0);
  const results = merged.map((one) => resultsOf(context, one));
  return emitAll(context, outputs, { keys, results }, firings);
}

/** Emits the results of a group's firings, after which they are done; while that takes long, it is kept from being taken over. */
async function emitAll(
  context: StageContext,
  outputs: FireOutputs,
  { keys, results }: GroupResults,
  firings: readonly CutFiring[],
): Promise<number> {
  const packed = keys > PACK_ABOVE;
  let held: readonly Firing[] = firings.map(({ firing }) => firing);
  let emitted = 0;
  let step: EmittedResult[] = [];
  const flush = async () => {
    emitted += await outputs.emit(step, packed);
    step = [];
    const now = context.now();
    // Whoever has taken one over all the same emits the same results.
    held = await mapLimit(held, WRITES, async (firing) =>
      firing.lease - now > LEASE_MS / 2
        ? firing
        : ((await context.ledger.takeOver(firing, now + LEASE_MS)) ?? firing),
    );
  };
  for (const ofWindow of results) {
    for (const result of ofWindow) {
      if (step.push(result) === STEP) await flush();
    }
  }
  if (step.length > 0) emitted += await outputs.emit(step, packed);
  await mapLimit(firings, WRITES, ({ firing }) => context.ledger.done(firing.end, firing.revision));
  for (const { firing } of firings) outputs.fired?.(firing);
  return emitted;
}
