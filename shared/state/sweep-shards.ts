import type { ConcernsStage } from '../results/stage-reader.ts';
import { ancestorsOf } from './ancestors.ts';
import type { Clock } from './clock.ts';
import { mapLimit } from './concurrency.ts';
import type { Head, Heads, ShardInfo } from './heads.ts';
import type { Position } from './position.ts';
import type { ListShards } from './stage-context.ts';
import { IDLE_AFTER_MS } from './time-keeper.ts';

/**
 * What a look into the stream behind a position found: something to read, nothing for the stage (and nothing on its way), or
 * the end of a closed shard.
 */
export type Probe = 'unread' | 'empty' | 'ended';

/** What a sweep sees of a stream. */
export interface StreamLook {
  readonly listShards: ListShards;
  /** @param concerns - what else there is counts as nothing, as long as the shard is not closed */
  probe(shard: string, after: Position, concerns: ConcernsStage): Promise<Probe>;
}

/** What a sweep found out about those who read a stream, shard by shard. */
export interface SweptShards {
  readonly clock: Clock | undefined;
  readonly heads: readonly Head[];
  /** Shards that were proved to have nothing to read. */
  readonly idle: ReadonlySet<string>;
  /** Shards that were retired just now: their heads do not say so yet. */
  readonly retired: ReadonlySet<string>;
  /** The wall clock after the shards were listed and before anyone looked into them, epoch milliseconds. */
  readonly at: number;
}

/** Probes at a time: Kinesis allows five reads per shard and second, and these are different shards. */
const PROBES = 8;

/**
 * Registers the shards of a stream with those who read it, looks behind the heads of those that brought nothing lately, retires
 * consumed parents.
 */
export async function sweepShards(
  heads: Heads,
  stream: StreamLook,
  concerns: ConcernsStage,
  now: () => number,
): Promise<SweptShards> {
  const { before, all, listed } = await registerShards(heads, stream.listShards, now());
  const at = now();
  const gone = goneFrom(listed, before.heads);
  const live = all.filter((head) => !head.retired);
  const look = (shard: string, after: Position) => stream.probe(shard, after, concerns);
  const probes = await probeQuiet(look, live, listed, gone, at);
  const retired = await retireConsumed(heads, all, listed, probes);
  const idle = live.filter((head) => probes.get(head.shard) === 'empty');
  await mapLimit(idle, PROBES, ({ shard, n, idleAt }) =>
    idleAt === n ? Promise.resolve() : heads.markIdle(shard, n),
  );
  return { clock: before.clock, heads: all, idle: new Set(idle.map(({ shard }) => shard)), retired, at };
}

/** Gives every shard that the stream shows a head. */
export async function registerShards(heads: Heads, listShards: ListShards, now: number) {
  const before = await heads.read();
  const listed = await listShards();
  const known = new Set(
    before.heads.filter((head) => head.hashRange !== undefined).map((head) => head.shard),
  );
  const unknown = listed.filter((info) => !known.has(info.shard));
  await mapLimit(unknown, PROBES, (info) => heads.register(info, ancestorsOf(info.shard, listed), now));
  const all = unknown.length > 0 ? (await heads.read()).heads : before.heads;
  return { before, all, listed };
}

/** Only what was known before the listing can be missing from it: the other heads are of shards that others saw since. */
function goneFrom(listed: readonly ShardInfo[], before: readonly Head[]): ReadonlySet<string> {
  const gone = new Set(before.map((head) => head.shard));
  for (const info of listed) gone.delete(info.shard);
  return gone;
}

/** Looks behind the heads of shards that have brought the stage nothing for a while, or nothing ever. */
async function probeQuiet(
  look: (shard: string, after: Position) => Promise<Probe>,
  heads: readonly Head[],
  listed: readonly ShardInfo[],
  gone: ReadonlySet<string>,
  now: number,
): Promise<Map<string, Probe>> {
  const known = new Set([...gone, ...listed.map((info) => info.shard)]);
  const quiet = heads.filter(
    (head) => known.has(head.shard) && (head.n === 0 || now - head.fedAt >= IDLE_AFTER_MS),
  );
  const found = await mapLimit(quiet, PROBES, async ({ shard, position }) => {
    // A shard that the stream no longer shows was closed, and all that it held has passed the stream's retention.
    return [shard, gone.has(shard) ? 'ended' : await look(shard, position)] as const;
  });
  return new Map(found);
}

/** A consumed parent stops holding time only when all of its children are registered and hold it instead. */
async function retireConsumed(
  heads: Heads,
  all: readonly Head[],
  listed: readonly ShardInfo[],
  probes: ReadonlyMap<string, Probe>,
): Promise<Set<string>> {
  const registered = new Set(all.map((head) => head.shard));
  const retired = new Set<string>();
  for (const head of all) {
    if (probes.get(head.shard) !== 'ended') continue;
    const children = listed.filter((info) => info.parents.includes(head.shard));
    const gone = !listed.some((info) => info.shard === head.shard);
    if (gone || (children.length > 0 && children.every((info) => registered.has(info.shard)))) {
      await heads.retire(head.shard, head.n);
      retired.add(head.shard);
    }
  }
  return retired;
}
