import { ancestorsOf } from './ancestors.ts';
import { type Commit, EMPTY_TAIL, type Tail } from './commit.ts';
import type { Head } from './heads.ts';
import { ShardState } from './shard-state.ts';
import { decodeSliceIds } from './slice-ids.ts';
import type { ListShards, StageContext } from './stage-context.ts';

/** What a cold start finds of a shard. */
export interface LoadedShard {
  readonly state: ShardState;
  /** Number of the head: the actions of later commits may not have been done. */
  readonly head: number;
}

/**
 * Reads a shard's state from its log: the tail, and the ids of the open slices from its own log **and from those of all the
 * shards it descends from**, on every cold load: an event's first copy may be in the parent, its second here.
 */
export async function loadShard(
  context: StageContext,
  shard: string,
  listShards: ListShards,
): Promise<LoadedShard> {
  // The head first: it never runs ahead of the log, so a head beyond the last item means that the log has expired.
  const progress = await context.heads.read();
  const last = await context.log.last(shard);
  const head = progress.heads.find((candidate) => candidate.shard === shard);
  const known = await describe(shard, last, head, listShards);
  const own: Tail = { ...newest(last, head), ancestors: known.ancestors };
  const ancestors = await Promise.all(
    known.ancestors.map(async (ancestor) => ({
      shard: ancestor,
      tail: (await context.log.last(ancestor))?.tail,
    })),
  );
  const w = Math.max(own.w, ...ancestors.map(({ tail }) => tail?.w ?? Number.NEGATIVE_INFINITY));
  const state = new ShardState(
    { ...own, w },
    progress.clock,
    context.now(),
    known.hashRange,
    context.compiled,
  );
  for (const { shard: name, tail } of [...ancestors, { shard, tail: own }]) {
    if (tail !== undefined) await loadIds(context, name, tail, state);
  }
  state.prune();
  return { state, head: head?.n ?? 0 };
}

async function loadIds(context: StageContext, shard: string, tail: Tail, state: ShardState): Promise<void> {
  const open = [...tail.open].filter(([slice]) => !state.isClosed(slice));
  if (open.length === 0) return;
  const wanted = new Set(open.map(([slice]) => slice));
  const first = Math.min(...open.map(([, [from]]) => from));
  const last = Math.max(...open.map(([, [, to]]) => to));
  for await (const commit of context.log.range(shard, first, last)) {
    if (commit.ids === undefined) continue;
    decodeSliceIds(commit.ids, (slice) => (wanted.has(slice) ? state.slice(slice).ids : undefined));
  }
}

/** A log begins at the later of its last item and the head, which outlives it. */
export function newest(last: Commit | undefined, head: Head | undefined): Tail {
  if (last !== undefined && last.tail.n >= (head?.n ?? 0)) return last.tail;
  if (head === undefined) return EMPTY_TAIL;
  const { n, position, maxEventTime, arrival, counts } = head;
  return { ...EMPTY_TAIL, n, lastBatch: n, position, maxEventTime, arrival, counts };
}

async function describe(
  shard: string,
  last: Commit | undefined,
  head: Head | undefined,
  listShards: ListShards,
): Promise<{ ancestors: readonly string[]; hashRange: readonly [string, string] | undefined }> {
  if (head?.hashRange !== undefined) {
    return { ancestors: last?.tail.ancestors ?? head.ancestors, hashRange: head.hashRange };
  }
  const shards = await listShards();
  return {
    ancestors: last?.tail.ancestors ?? ancestorsOf(shard, shards),
    hashRange: shards.find((info) => info.shard === shard)?.hashRange,
  };
}
