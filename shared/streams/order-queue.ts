import type { LaneRecord } from './lane-record.ts';

/** How much one request may carry. */
export interface RequestLimits {
  readonly records: number;
  readonly bytes: number;
}

const NONE = -1;

/**
 * Decides which records may be sent now: of every ordering key only the first one that is not stored yet, and only
 * while no request carries it. Pure bookkeeping over the records' indexes; a million records cost a few typed arrays.
 */
export class OrderQueue {
  readonly #records: readonly LaneRecord[];
  /** Index of the next record of the same ordering key. */
  readonly #next: Int32Array;
  readonly #ready: number[] = [];
  #readyFrom = 0;
  /** Records to try again, with the time from which on. */
  #delayed: { readonly due: number; readonly indexes: number[] }[] = [];
  #inFlight = 0;

  constructor(records: readonly LaneRecord[]) {
    this.#records = records;
    this.#next = new Int32Array(records.length).fill(NONE);
    const last = new Map<string | number, number>();
    for (const [index, { order }] of records.entries()) {
      const before = last.get(order);
      if (before === undefined) this.#ready.push(index);
      else this.#next[before] = index;
      last.set(order, index);
    }
  }

  /** Whether nothing is left to send and nothing under way. */
  get finished(): boolean {
    return this.#inFlight === 0 && this.#delayed.length === 0 && this.#readyFrom === this.#ready.length;
  }

  /** The earliest time at which a delayed record may go again, Infinity where there is none. */
  get nextDue(): number {
    return this.#delayed.reduce((earliest, { due }) => Math.min(earliest, due), Number.POSITIVE_INFINITY);
  }

  /** Takes records for one request: what is to be tried again first, then in the order given. May be empty. */
  take(now: number, limits: RequestLimits): number[] {
    this.#recall(now);
    const taken: number[] = [];
    let bytes = 0;
    while (this.#readyFrom < this.#ready.length && taken.length < limits.records) {
      const index = this.#ready[this.#readyFrom] as number;
      bytes += recordBytes(this.#records[index] as LaneRecord);
      if (taken.length > 0 && bytes > limits.bytes) break;
      taken.push(index);
      this.#readyFrom++;
    }
    this.#inFlight += taken.length;
    return taken;
  }

  /** A taken record is done with, stored or never storable: the next one of its key may go. */
  advance(index: number): void {
    this.#inFlight--;
    const next = this.#next[index] as number;
    if (next !== NONE) this.#ready.push(next);
  }

  /** Taken records go again once it is `due`; what follows them keeps waiting. */
  delay(indexes: number[], due: number): void {
    if (indexes.length === 0) return;
    this.#inFlight -= indexes.length;
    this.#delayed.push({ due, indexes });
  }

  /** A taken record is given up, and with it all that follow it in its order. */
  giveUp(): void {
    this.#inFlight--;
  }

  #recall(now: number): void {
    const due = this.#delayed.filter((entry) => entry.due <= now);
    if (due.length === 0) return;
    this.#delayed = this.#delayed.filter((entry) => entry.due > now);
    const indexes = due.flatMap((entry) => entry.indexes).sort((a, b) => a - b);
    this.#ready.splice(0, this.#readyFrom, ...indexes);
    this.#readyFrom = 0;
  }
}

/** What a record counts against the limits of Kinesis: its bytes and its partition key. */
export const recordBytes = (record: LaneRecord): number =>
  record.data.byteLength + Buffer.byteLength(record.partitionKey);
