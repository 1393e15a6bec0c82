import { resultWriter } from '../results/result.ts';
import { Compaction } from './compaction.ts';
import { mapLimit } from './concurrency.ts';
import { closedUpTo, type DueWindow, dueWindows } from './due.ts';
import { fenceShards, type Sleep } from './fence.ts';
import { sliceFutures } from './future.ts';
import type { Firing } from './ledger.ts';
import { type CutFiring, type MergedWindow, mergeWindows, TooManyKeys } from './merge.ts';
import type { ListShards, StageContext } from './stage-context.ts';
import { readShards, readStageView, type ShardView, type StageView } from './stage-view.ts';

/** What a firing does besides reading and writing state. */
export interface FireOutputs {
  /**
   * Puts results to the results stream; rejects unless all of them are durably stored. Repetitions are harmless.
   *
   * @returns how many there were
   */
  emit(results: Iterable<EmittedResult>): Promise<number>;
  readonly listShards: ListShards;
  readonly sleep: Sleep;
  /** Milliseconds left to work. */
  remaining(): number;
}

/** One result on its way to the results stream. */
export interface EmittedResult {
  readonly key: string;
  /** The result event, as CloudEvents JSON. */
  readonly event: string;
}

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
/** Keys of all windows merged at once, above which they are merged in smaller groups. */
const MAX_KEYS = 400_000;
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
    const closed = closedUpTo(context, view, fenced);
    if (closed > view.clock.closedUpTo) await context.clock.forward('closedUpTo', closed);
    const due = dueWindows(context, view, context.now());
    const open = due.filter(({ closing }) => !closing).slice(0, GROUP);
    const group = open.length > 0 ? open : due.slice(0, GROUP);
    if (group.length === 0) break;
    if (open.length === 0) {
      await fenceShards(context, view.clock.watermark, outputs.listShards, outputs.sleep);
      fenced = view.clock.watermark;
    }
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
  const claimed = await mapLimit(group, WRITES, (due) => claim(context, due));
  const holds = group.flatMap(({ window }, index) => {
    const firing = claimed[index];
    return firing === undefined ? [] : [{ window, firing }];
  });
  if (holds.length === 0) return { windows: 0, results: 0 };
  // Tails are read after the claims: a cut chosen before would lose what is committed in between.
  const shards = await readShards(context, (await context.heads.read()).heads);
  const now: ReadonlyMap<string, number> = new Map(shards.map(({ shard, tail }) => [shard, tail.n]));
  const cut = await mapLimit(holds, WRITES, async ({ window, firing }): Promise<CutFiring[]> => {
    const fixed = firing.cut === undefined ? await context.ledger.cut(firing, now) : firing;
    return fixed?.cut === undefined ? [] : [{ window, firing: { ...fixed, cut: fixed.cut } }];
  });
  const firings = cut.flat();
  const compaction = new Compaction(context, sliceFutures(context, view, firings));
  const results = await finish(context, outputs, firings, shards, compaction);
  // Last: whoever dies here has fired all the same, and the next firing reads what this one did.
  await compaction.write();
  return { windows: holds.length, results };
}

async function claim(context: StageContext, due: DueWindow): Promise<Firing | undefined> {
  const lease = context.now() + LEASE_MS;
  if (due.firing?.state === 'claimed') return context.ledger.takeOver(due.firing, lease);
  return context.ledger.claim(due.window.end, due.firing, {
    revision: due.revision,
    final: due.closing,
    lease,
    expiresAt: context.ledgerExpiry(),
  });
}

/** Merges and emits, in halves where the keys are too many to hold at once. */
async function finish(
  context: StageContext,
  outputs: FireOutputs,
  firings: readonly CutFiring[],
  shards: readonly ShardView[],
  compaction: Compaction,
): Promise<number> {
  if (firings.length === 0) return 0;
  let merged: MergedWindow[];
  try {
    const maxKeys = firings.length > 1 ? MAX_KEYS : Number.POSITIVE_INFINITY;
    merged = await mergeWindows(context, firings, shards, { compaction, maxKeys });
  } catch (error) {
    if (!(error instanceof TooManyKeys)) throw error;
    const half = Math.ceil(firings.length / 2);
    const first = await finish(context, outputs, firings.slice(0, half), shards, compaction);
    return first + (await finish(context, outputs, firings.slice(half), shards, compaction));
  }
  const emitted = await outputs.emit(resultsOf(context, merged));
  await mapLimit(firings, WRITES, ({ firing }) => context.ledger.done(firing.end, firing.revision));
  return emitted;
}

/** One result per key: all keys at first and at last, in between those whose values changed. */
function* resultsOf(context: StageContext, merged: readonly MergedWindow[]): Generator<EmittedResult> {
  for (const { firing, current, previous } of merged) {
    const { revision, final } = firing.firing;
    const write = resultWriter({
      pipeline: context.pipeline,
      stage: context.name,
      ...firing.window,
      revision,
      final,
    });
    const before = new Map<string, string>();
    const { start } = firing.window;
    for (const [key, values] of previous?.results(start) ?? []) before.set(key, JSON.stringify(values));
    for (const [key, values] of current.results(start)) {
      if (previous === undefined || before.get(key) !== JSON.stringify(values)) {
        yield { key, event: write(key, values) };
      }
    }
  }
}
