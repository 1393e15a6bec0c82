import { setTimeout as delay } from 'node:timers/promises';
import { MAX_PAYLOAD_BYTES } from '../functions/outcome.ts';
import { EVENT_OVERHEAD, isDelivered, type KinesisRecord, type PendingRecord } from './record.ts';
import type { ReadResult } from './shard-reader.ts';

/** Pause between two looks at a shard: short while it is busy, longer the longer it is quiet. */
const POLL_BUSY_MS = 50;
const POLL_IDLE_MS = 200;
const POLL_GROWTH = 1.25;

export interface BatcherOptions {
  readonly read: () => Promise<ReadResult>;
  readonly convert: (record: KinesisRecord) => PendingRecord;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  /** Limit of the event's bytes; Lambda's by default. */
  readonly maxBytes?: number;
}

/** Collects a shard's records into batches: by number, by size of the event, and by time since the first. */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #maxBytes: number;
  /** What was read and is not yet part of a batch, with the time it was read. */
  #buffer: { readonly record: PendingRecord; readonly readAt: number }[] = [];
  /** A read that runs while the batch before is being worked on. */
  #ahead: Promise<ReadResult> | undefined;
  #ended = false;
  #pauseMs = POLL_BUSY_MS;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? MAX_PAYLOAD_BYTES;
  }

  /**
   * Waits for a batch. It holds at least one record, of which all may be ones that a filter keeps from the function.
   *
   * @returns `undefined` when the shard has ended and everything was given out
   * @throws what reading throws; nothing is lost by it. AbortError when the signal comes
   */
  async next(signal: AbortSignal): Promise<PendingRecord[] | undefined> {
    for (;;) {
      signal.throwIfAborted();
      const cut = this.#cut();
      if (cut > 0) return this.#take(cut);
      if (this.#ended) return undefined;
      const { records, more, ended } = await this.#read();
      const readAt = Date.now();
      for (const record of records) this.#buffer.push({ record: this.#options.convert(record), readAt });
      this.#ended = ended;
      if (records.length > 0) this.#pauseMs = POLL_BUSY_MS;
      else this.#pauseMs = Math.min(POLL_IDLE_MS, this.#pauseMs * POLL_GROWTH);
      if (!more && !ended && this.#cut() === 0) await delay(this.#pause(), undefined, { signal });
    }
  }

  #read(): Promise<ReadResult> {
    const ahead = this.#ahead ?? this.#options.read();
    this.#ahead = undefined;
    return ahead;
  }

  /** How many buffered records make a batch now, 0 when it is better to wait. */
  #cut(): number {
    const { batchSize, batchingWindowMs } = this.#options;
    let delivered = 0;
    let bytes = EVENT_OVERHEAD;
    for (const [index, { record }] of this.#buffer.entries()) {
      if (!isDelivered(record)) continue;
      const larger = bytes + record.bytes + 1;
      // One record that is too large alone still has to go somewhere: the invocation fails, and the record is set aside.
      if (delivered === batchSize || (larger > this.#maxBytes && delivered > 0)) return index;
      bytes = larger;
      delivered += 1;
    }
    const oldest = this.#buffer[0];
    if (oldest === undefined) return 0;
    const waited = Date.now() - oldest.readAt >= batchingWindowMs;
    return delivered === batchSize || delivered === 0 || waited || this.#ended ? this.#buffer.length : 0;
  }

  #take(count: number): PendingRecord[] {
    const batch = this.#buffer.slice(0, count).map(({ record }) => record);
    this.#buffer = this.#buffer.slice(count);
    if (this.#buffer.length === 0 && !this.#ended) {
      this.#ahead = this.#options.read();
      // Who takes the next batch sees the error; without this it would be unhandled until then.
      this.#ahead.catch(() => {});
    }
    return batch;
  }

  #pause(): number {
    const oldest = this.#buffer[0];
    if (oldest === undefined) return this.#pauseMs;
    const left = oldest.readAt + this.#options.batchingWindowMs - Date.now();
    return Math.max(1, Math.min(this.#pauseMs, left));
  }
}
