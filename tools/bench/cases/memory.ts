import { sliceLength } from '../../../shared/pipeline/index.ts';
import { deviceTraffic } from '../../../shared/pipelines/network-traffic.ts';
import { payloads } from '../payloads.ts';
import { collectGarbage } from '../rounds.ts';
import { WindowPath } from '../window-path.ts';

export interface MemoryOptions {
  readonly keys: number;
  readonly slices: number;
  /** How many times as many slices pass through as are open at once. */
  readonly turns: number;
}

export interface MemoryResult {
  readonly kind: 'memory';
  readonly keys: number;
  readonly slices: number;
  /** Events whose ids are held. */
  readonly ids: number;
  /** Heap and buffers in use after a collection: when all slices are open for the first time, and at the end. */
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** The most that the process ever had, its code and the payloads included. */
  readonly peakBytes: number;
}

const EVENTS = 10_000;
const BATCHES_PER_SLICE = 5;

/** A window function that has its slices open, over time: old ones are closed as new ones come. */
export async function memory({ keys, slices, turns }: MemoryOptions): Promise<MemoryResult> {
  const path = new WindowPath(deviceTraffic);
  const size = sliceLength(deviceTraffic.window);
  const interval = size / BATCHES_PER_SLICE;
  const batches = payloads({ keys, events: EVENTS, perRecord: 40, interval });
  const before = held();
  let firstBytes = 0;
  for (let slice = 0; slice < slices * turns; slice++) {
    for (let batch = 0; batch < BATCHES_PER_SLICE; batch++) {
      const { compact, maxTime } = batches.next().value;
      // Windows that ended so long ago are final.
      const closedUpTo = maxTime - slices * size + deviceTraffic.allowedLateness;
      path.table.clock = { watermark: closedUpTo, closedUpTo };
      await path.run(compact);
    }
    if (slice === slices) firstBytes = held() - before;
  }
  return {
    kind: 'memory',
    keys,
    slices,
    ids: slices * BATCHES_PER_SLICE * EVENTS,
    firstBytes,
    lastBytes: held() - before,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

function held(): number {
  collectGarbage('major');
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
