import type { Window } from './types.ts';

/** What a shard says about event time. */
export interface ShardTime {
  /** Highest event time seen, epoch milliseconds; -Infinity while none was: an unseen shard holds time back. */
  readonly maxEventTime: number;
  /** Proved to have nothing unread: only such a shard may be left out. */
  readonly idle?: boolean;
}

/**
 * The watermark that the data of a stage's shards have reached: the minimum over the shards that are not idle of (highest event
 * time - out-of-orderness bound). `undefined` says nothing about time: a shard is still unseen, or all are idle. The caller keeps
 * a watermark from moving back; a shard that resumes after it was idle would pull this minimum below an earlier one.
 */
export function watermarkOf(shards: Iterable<ShardTime>, outOfOrderness: number): number | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  for (const { maxEventTime, idle } of shards) {
    if (idle !== true && maxEventTime < lowest) lowest = maxEventTime;
  }
  return Number.isFinite(lowest) ? lowest - outOfOrderness : undefined;
}

/** A shard of a stream of which every shard is idle, with the arrival of its last record, epoch milliseconds. */
export interface SilentShard extends ShardTime {
  readonly lastArrival: number;
}

/**
 * Event time while a whole stream is silent: it goes on at the speed of the wall clock from the last event, that is (highest event
 * time - bound + time since the last arrival). Windows may fire on it; lateness and closing are judged by {@link watermarkOf}
 * alone. `undefined` while some shard is not idle, or where no event was ever seen.
 */
export function silenceTime(
  shards: Iterable<SilentShard>,
  outOfOrderness: number,
  now: number,
): number | undefined {
  let highest = Number.NEGATIVE_INFINITY;
  let arrival = Number.NEGATIVE_INFINITY;
  for (const shard of shards) {
    if (shard.idle !== true) return undefined;
    if (!Number.isFinite(shard.maxEventTime)) continue;
    highest = Math.max(highest, shard.maxEventTime);
    arrival = Math.max(arrival, shard.lastArrival);
  }
  if (!Number.isFinite(highest) || !Number.isFinite(arrival)) return undefined;
  // The clock that stamps arrivals is not this machine's.
  return highest - outOfOrderness + Math.max(0, now - arrival);
}

/** Watermark at which a window closes: nothing is added to it any more. */
export const closesAt = (window: Window, allowedLateness: number): number => window.end + allowedLateness;
