import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps to a rate of events per second. Time lost to a slow server is not caught up in a burst. */
export class Pacer {
  readonly #rate: number;
  /** When the next event may go, in milliseconds of `performance.now`. */
  #next = 0;

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** Waits until `count` events may go. */
  async wait(count: number, signal?: AbortSignal): Promise<void> {
    if (this.#rate === Number.POSITIVE_INFINITY) return;
    const now = performance.now();
    this.#next = Math.max(this.#next, now);
    const delay = this.#next - now;
    this.#next += (count / this.#rate) * 1000;
    if (delay > 0) await sleep(delay, undefined, { signal }).catch(() => {});
  }

  /** Largest batch that still makes an even flow. */
  batchOf(largest: number): number {
    return Math.max(1, Math.min(largest, Math.ceil(this.#rate / 5)));
  }
}
