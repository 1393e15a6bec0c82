import type { BucketFiring, BucketProgress } from './bucket-ledger.ts';
import { mapLimit } from './concurrency.ts';
import type { BucketHint, FireOutputs } from './fire-outputs.ts';
import { type CutFiring, mergeWindows, TooManyKeys } from './merge.ts';
import { resultsOf } from './results-of.ts';
import type { StageContext } from './stage-context.ts';
import { readShards, type ShardView } from './stage-view.ts';

/** A firing of which the keys are dealt into buckets. */
export type BucketedFiring = CutFiring & { readonly firing: BucketFiring };

/** After this a bucket may be taken over: reading a window with millions of keys takes its time. */
const LEASE_MS = 120_000;
/** Keys between two notes of how far a bucket is. */
const STEP = 10_000;
/** A bucket is filled to this part, on the average. */
const FILL = 0.7;
/** One key in so many is counted to know how many there are. */
const SAMPLE = 64;
/** Hints sent at a time: whoever is done with a bucket looks for another. */
const MAX_HINTS = 50;
const HINTS_AT_ONCE = 8;
/** No bucket is begun with less time than this left. */
const MIN_REMAINING_MS = 15_000;

/** How many buckets so many keys need, `undefined` where they need none. */
export const bucketsFor = (keys: number, maxKeys: number): number | undefined =>
  keys > maxKeys ? Math.ceil(keys / (maxKeys * FILL)) : undefined;

/**
 * Deals the keys of a firing into buckets, as many as its keys need: they are estimated from a sample, for which the window is read
 * once more.
 *
 * @returns `undefined` where the revision is over
 */
export async function deal(
  context: StageContext,
  { window, firing }: CutFiring,
  shards: readonly ShardView[],
): Promise<BucketedFiring | undefined> {
  const bucket = { index: 0, of: SAMPLE * (firing.buckets ?? 1) };
  const options = { bucket, maxKeys: Number.POSITIVE_INFINITY };
  const [sample] = await mergeWindows(context, [{ window, firing }], shards, options);
  const sampled = (sample?.current.size ?? 0) + (sample?.previous?.size ?? 0);
  // There are more than fitted, whatever the sample says.
  const estimate = Math.max(sampled * bucket.of, context.maxKeys * (firing.buckets ?? 1) + 1);
  const buckets = Math.max(bucketsFor(estimate, context.maxKeys) ?? 0, (firing.buckets ?? 1) + 1);
  const split = await context.ledger.split(firing, buckets);
  return split?.buckets === undefined
    ? undefined
    : { window, firing: { ...firing, ...split, cut: firing.cut, buckets: split.buckets } };
}

/**
 * Fires the buckets of a window that nobody else has, one after the other, and says that the firing is done when all of them are.
 * Others are asked to take part; if none does, this one does it alone, and if it dies, whoever takes the firing over goes on
 * from what the buckets have noted.
 *
 * @param from - the bucket to begin with; absent for the one who asks the others
 * @returns how many results were emitted here
 */
export async function fireBuckets(
  context: StageContext,
  outputs: FireOutputs,
  bucketed: BucketedFiring,
  shards: readonly ShardView[],
  from?: number,
): Promise<number> {
  const { window, firing } = bucketed;
  if (from === undefined) await askOthers(context, outputs, bucketed);
  let results = 0;
  for (let turn = 0; turn < firing.buckets; turn++) {
    if (outputs.remaining() < MIN_REMAINING_MS) return results;
    const index = ((from ?? 0) + turn) % firing.buckets;
    const now = context.now();
    const claim = { now, lease: now + LEASE_MS, expiresAt: context.ledgerExpiry() };
    const bucket = await context.buckets.claim(firing, index, claim);
    if (bucket === undefined) continue;
    try {
      results += await fireBucket(context, outputs, bucketed, shards, bucket);
    } catch (error) {
      if (!(error instanceof TooManyKeys)) throw error;
      const more = await deal(context, { window, firing }, shards);
      return more === undefined ? results : results + (await fireBuckets(context, outputs, more, shards));
    }
  }
  const progress = [...(await context.buckets.read(firing)).values()];
  if (progress.length === firing.buckets && progress.every(({ state }) => state === 'done')) {
    const keys = progress.reduce((sum, bucket) => sum + bucket.keys, 0);
    await context.ledger.done(firing.end, firing.revision, keys);
    outputs.fired?.(firing);
  }
  return results;
}

/** Takes part in a firing that was dealt into buckets. A hint may be late: then there is nothing to do. */
export async function joinBuckets(
  context: StageContext,
  outputs: FireOutputs,
  { start, end, index }: BucketHint,
): Promise<number> {
  const shards = await readShards(context, (await context.heads.read()).heads);
  // After the tails: had the firing been over before they were read, slices that it needs might have been pruned from them.
  const firing = await context.ledger.read(end);
  if (firing?.state !== 'claimed' || firing.cut === undefined || firing.buckets === undefined) return 0;
  const { cut, buckets } = firing;
  const bucketed = { window: { start, end }, firing: { ...firing, cut, buckets } };
  return fireBuckets(context, outputs, bucketed, shards, index);
}

async function askOthers(
  context: StageContext,
  outputs: FireOutputs,
  { window, firing }: BucketedFiring,
): Promise<void> {
  const progress = await context.buckets.read(firing);
  const now = context.now();
  const waiting: BucketHint[] = [];
  for (let index = 0; index < firing.buckets && waiting.length <= MAX_HINTS; index++) {
    const known = progress.get(index);
    if (known !== undefined && (known.state === 'done' || known.lease >= now)) continue;
    waiting.push({ stage: context.name, ...window, index });
  }
  // The first one is for the one who asks.
  await mapLimit(waiting.slice(1), HINTS_AT_ONCE, async (hint) => outputs.fireBucket?.(hint));
}

async function fireBucket(
  context: StageContext,
  outputs: FireOutputs,
  bucketed: BucketedFiring,
  shards: readonly ShardView[],
  claimed: BucketProgress,
): Promise<number> {
  const { firing } = bucketed;
  const bucket = { index: claimed.index, of: firing.buckets };
  const options = { bucket, maxKeys: context.maxKeys };
  const [merged] = await mergeWindows(context, [bucketed], shards, options);
  if (merged === undefined) return 0;
  // In an order that does not depend on what was compacted, so that another can go on where this one stops.
  const keys = [...merged.current.keys].sort();
  let held = claimed;
  let results = 0;
  for (let at = claimed.passed; at < keys.length; at += STEP) {
    results += await outputs.emit(resultsOf(context, merged, keys.slice(at, at + STEP)), true);
    const passed = Math.min(keys.length, at + STEP);
    // Without time to go on it is left to the next.
    const lease = outputs.remaining() < MIN_REMAINING_MS ? 0 : context.now() + LEASE_MS;
    const renewed = await context.buckets.pass(firing, held, passed, lease);
    if (renewed === undefined || (lease === 0 && passed < keys.length)) return results;
    held = renewed;
  }
  await context.buckets.done(firing, claimed.index, keys.length);
  return results;
}
