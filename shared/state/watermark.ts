import type { Head } from './heads.ts';

/**
 * How long a shard must have been still, in milliseconds, before the sweeper asks whether it is idle. Shorter, and a shard
 * that sends an event a second would be left out between two of them.
 */
export const IDLE_AFTER_MS = 5_000;

/**
 * The watermark of a stage: the minimum over the given shards of (highest event time - out-of-orderness bound), or
 * `undefined` while one of them has not been seen, or where there is none.
 */
export function watermarkOf(heads: readonly Head[], outOfOrderness: number): number | undefined {
  if (heads.length === 0) return undefined;
  const lowest = Math.min(...heads.map((head) => head.maxEventTime));
  return Number.isFinite(lowest) ? lowest - outOfOrderness : undefined;
}
