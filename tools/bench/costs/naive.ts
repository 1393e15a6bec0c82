import type { WindowPlan } from '../../../shared/windows/types.ts';
import { itemSize } from '../meter.ts';
import type { Batch } from './load.ts';

/** What an item per key and window would have taken, written by one of the usual ways. */
export interface NaiveCost {
  /** A conditional write per event, to the item of each window that the event is in. */
  readonly perEvent: number;
  /** A conditional write per key and window that a batch touches. */
  readonly perKey: number;
  /** Reading the items of each window once, when it fires. */
  readonly reads: number;
}

/** One item of such a table: the key, the window, the sums, and the position it was last written for, as the condition. */
const ITEM_BYTES = itemSize({
  pk: { S: 'window#1767225600000' },
  sk: { S: 'fleet-12345' },
  receive_bytes: { N: '123456789012' },
  send_bytes: { N: '12345678901' },
  receive_packets: { N: '1234567' },
  send_packets: { N: '123456' },
  events: { N: '1234' },
  position: { S: '49600000000000000000000000000000000000000000000000000000' },
  expiresAt: { N: '1767225600' },
});
const WRITE_UNIT = 1024;
const READ_UNIT = 4096;
const UNITS = Math.ceil(ITEM_BYTES / WRITE_UNIT);

/**
 * Counts exactly what an item per key and window would cost for the same batches. To their favour: neither de-duplicates events
 * (a conditional write per event that does takes a second write, of the event's id), no write fails, and windows are read once.
 */
export class NaiveCounter {
  readonly #plan: WindowPlan;
  readonly #keysOf = new Map<number, Set<string>>();
  #perEvent = 0;
  #perKey = 0;

  constructor(plan: WindowPlan) {
    this.#plan = plan;
  }

  add({ events }: Batch): void {
    const { windows } = this.#plan;
    const touched = new Map<number, Set<string>>();
    for (const { time, key } of events) {
      for (const { end } of windows.windowsOf(windows.sliceOf(time))) {
        this.#perEvent += UNITS;
        addTo(touched, end, key);
        addTo(this.#keysOf, end, key);
      }
    }
    for (const keys of touched.values()) this.#perKey += keys.size * UNITS;
  }

  cost(): NaiveCost {
    let reads = 0;
    for (const keys of this.#keysOf.values()) reads += Math.ceil((keys.size * ITEM_BYTES) / READ_UNIT);
    return { perEvent: this.#perEvent, perKey: this.#perKey, reads };
  }
}

function addTo(sets: Map<number, Set<string>>, end: number, key: string): void {
  const keys = sets.get(end);
  if (keys === undefined) sets.set(end, new Set([key]));
  else keys.add(key);
}
