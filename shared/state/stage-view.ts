import type { Window } from '../windows/types.ts';
import type { Clock } from './clock.ts';
import { type Commit, EMPTY_TAIL, type Tail } from './commit.ts';
import { mapLimit } from './concurrency.ts';
import type { Head } from './heads.ts';
import type { Firing } from './ledger.ts';
import type { StageContext } from './stage-context.ts';

/** One shard as a firing sees it. */
export interface ShardView {
  readonly shard: string;
  readonly retired: boolean;
  readonly tail: Tail;
  /** When its last commit was written; 0 where there is none. */
  readonly writtenAt: number;
}

/** All that decides which windows of a stage need firing, read consistently. */
export interface StageView {
  readonly clock: Clock;
  readonly heads: readonly Head[];
  /** In the order of shard ids: the order in which partial results are merged. */
  readonly shards: readonly ShardView[];
  /** The windows that are not closed, by ascending end. */
  readonly windows: readonly Window[];
  readonly firings: ReadonlyMap<number, Firing>;
}

const READS = 16;

/** The tails of all registered shards, in the order of their ids. */
export async function readShards(context: StageContext, heads: readonly Head[]): Promise<ShardView[]> {
  return mapLimit(heads, READS, async ({ shard, retired }) => {
    const last: Commit | undefined = await context.log.last(shard);
    return { shard, retired, tail: last?.tail ?? EMPTY_TAIL, writtenAt: last?.writtenAt ?? 0 };
  });
}

/** Reads a stage's view; `undefined` until its clock has been started. */
export async function readStageView(context: StageContext): Promise<StageView | undefined> {
  const { clock: before, heads } = await context.heads.read();
  if (before === undefined) return undefined;
  const shards = await readShards(context, heads);
  const clock = await clockOf(context, before);
  const windows = openWindows(context, clock, shards);
  const [first, last] = [windows[0], windows.at(-1)];
  const firings =
    first === undefined || last === undefined
      ? new Map<number, Firing>()
      : await context.ledger.between(first.end, last.end);
  return { clock, heads, shards, windows, firings };
}

/**
 * Sessions go on across what is closed, and what was closed is carried over (see carry.ts): the clock says from where on, so it
 * must be at least as new as the tails, from which writers have pruned what an older clock would still have looked for.
 */
const clockOf = async (context: StageContext, before: Clock): Promise<Clock> =>
  context.compiled.session === undefined ? before : ((await context.clock.read()) ?? before);

function openWindows(context: StageContext, clock: Clock, shards: readonly ShardView[]): Window[] {
  const { plan, closingDelay } = context.compiled;
  const slices = new Set(shards.flatMap(({ tail }) => [...tail.open.keys()]));
  const windows = new Map<number, Window>();
  for (const slice of slices) {
    for (const window of plan.windows.windowsOf(slice)) {
      if (window.end + closingDelay > clock.closedUpTo) windows.set(window.end, window);
    }
  }
  return [...windows.values()].sort((a, b) => a.end - b.end);
}
