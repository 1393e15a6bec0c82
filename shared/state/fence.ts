import { ancestorsOf } from './ancestors.ts';
import type { Head } from './heads.ts';
import { newest } from './load.ts';
import { CommitConflict } from './log.ts';
import type { ListShards, StageContext } from './stage-context.ts';

/** A shard whose last commit is younger than this is busy: its own next commit will carry the watermark. */
const BUSY_MS = 2_000;
const POLL_MS = 250;
const PATIENCE_MS = 3_000;

export type Sleep = (ms: number) => Promise<void>;

/**
 * Makes sure that no shard can add to windows that close at or before `watermark`: every log's tail must have decided
 * lateness against it. Busy shards get there by their own commits; to the log of a quiet one a fence is appended. The list
 * of shards is read again until no new one appears.
 */
export async function fenceShards(
  context: StageContext,
  watermark: number,
  listShards: ListShards,
  sleep: Sleep,
): Promise<void> {
  const patience = context.now() + PATIENCE_MS;
  const fenced = new Set<string>();
  for (let found = true; found; ) {
    found = false;
    const { heads } = await context.heads.read();
    const listed = await listShards();
    const known = new Map(heads.map((head) => [head.shard, head]));
    for (const info of listed) {
      if (known.has(info.shard)) continue;
      // Its writer may have committed and not yet moved the head: a cut or a merge that goes by the heads would miss that.
      await context.heads.register(info, ancestorsOf(info.shard, listed), context.now());
    }
    for (const shard of new Set([...known.keys(), ...listed.map((info) => info.shard)])) {
      const head = known.get(shard);
      // A retired shard is consumed to its end: whoever still held a batch of it would find it committed.
      if (fenced.has(shard) || head?.retired === true) continue;
      const ancestors = head?.ancestors ?? ancestorsOf(shard, listed);
      await fenceShard(context, { shard, head, ancestors }, watermark, patience, sleep);
      fenced.add(shard);
      found = true;
    }
  }
}

async function fenceShard(
  context: StageContext,
  { shard, head, ancestors }: { shard: string; head: Head | undefined; ancestors: readonly string[] },
  watermark: number,
  patience: number,
  sleep: Sleep,
): Promise<void> {
  for (;;) {
    const last = await context.log.last(shard);
    // The head outlives the log: where that has expired, a fence at its old beginning would stop no writer.
    const tail = { ...newest(last, head), ...(last === undefined && { ancestors }) };
    if (tail.w >= watermark) return;
    const now = context.now();
    if (last !== undefined && now - last.writtenAt < BUSY_MS && now < patience) {
      await sleep(POLL_MS);
      continue;
    }
    try {
      await context.log.append(shard, {
        tail: { ...tail, n: tail.n + 1, w: watermark },
        from: tail.position,
        late: [],
        writtenAt: now,
        expiresAt: context.logExpiry(),
      });
      return;
    } catch (error) {
      // The shard's writer was faster: its commit may carry the watermark, or the next round fences behind it.
      if (!(error instanceof CommitConflict)) throw error;
    }
  }
}
