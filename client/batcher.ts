import type { BatchLimits } from './options.ts';
import type { BufferedEvent } from './outcome.ts';

/** Sends the events of a batch and settles each of them; never rejects. */
export type Deliver = (batch: readonly BufferedEvent[]) => Promise<void>;

/**
 * Events that must stay in order, and so go out one request at a time: what arrives meanwhile is the next request. A request goes
 * when it is full, when its oldest event has waited long enough, or when somebody flushes.
 */
export class Batcher {
  readonly #limits: BatchLimits;
  readonly #deliver: Deliver;
  #waiting: BufferedEvent[] = [];
  #size = 0;
  #running = false;
  #wake: (() => void) | undefined;
  /** Events ever added, and those that are settled: they are in the order of adding. */
  #added = 0;
  #settled = 0;
  #flushTo = 0;
  #flushes: { readonly to: number; readonly resolve: () => void }[] = [];

  constructor(limits: BatchLimits, deliver: Deliver) {
    this.#limits = limits;
    this.#deliver = deliver;
  }

  add(event: BufferedEvent): void {
    this.#waiting.push(event);
    this.#size += event.line.length;
    this.#added++;
    if (!this.#running) void this.#run();
    else if (this.#due()) this.#wake?.();
  }

  /** Sends what is there without waiting for more. */
  hurry(): void {
    this.#flushTo = this.#added;
    this.#wake?.();
  }

  /** Does so, and resolves when all of it is settled. */
  flush(): Promise<void> {
    if (this.#settled === this.#added) return Promise.resolve();
    this.hurry();
    return new Promise((resolve) => this.#flushes.push({ to: this.#flushTo, resolve }));
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      await this.#ready();
      const batch = this.#take();
      await this.#deliver(batch);
      this.#settled += batch.length;
      const done = this.#flushes.filter(({ to }) => to <= this.#settled);
      this.#flushes = this.#flushes.filter(({ to }) => to > this.#settled);
      for (const { resolve } of done) resolve();
    }
    this.#running = false;
  }

  #due(): boolean {
    const { events, size } = this.#limits;
    return this.#waiting.length >= events || this.#size >= size || this.#flushTo > this.#settled;
  }

  /** Waits for the first of the reasons to send. */
  async #ready(): Promise<void> {
    const oldest = this.#waiting[0] as BufferedEvent;
    const left = oldest.since + this.#limits.delay - performance.now();
    if (left <= 0 || this.#due()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #take(): BufferedEvent[] {
    const { events, size, span } = this.#limits;
    let count = 0;
    let taken = 0;
    let earliest = Number.POSITIVE_INFINITY;
    let latest = Number.NEGATIVE_INFINITY;
    for (const { line, time } of this.#waiting) {
      const first = Math.min(earliest, time ?? earliest);
      const last = Math.max(latest, time ?? latest);
      if (count > 0 && (count >= events || taken + line.length > size || last - first > span)) break;
      earliest = first;
      latest = last;
      taken += line.length;
      count++;
    }
    this.#size -= taken;
    return this.#waiting.splice(0, count);
  }
}
