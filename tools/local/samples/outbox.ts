import type { Item } from '../../cli/send/items.ts';

/** What sends a batch and waits until it is stored. */
export type Deliver = (items: readonly Item[]) => Promise<unknown>;

/** Events that wait while the server is away; about an hour of the samples. */
const CAPACITY = 20_000;
const BATCH = 1_000;

/** Sends events in order, one batch at a time. While the server is away they wait; beyond the capacity the oldest go. */
export class Outbox<T extends object> {
  readonly #deliver: Deliver;
  readonly #report: (problem: string) => void;
  readonly #timeOf: (event: T) => number;
  #waiting: T[] = [];
  #sending = false;

  /** @param timeOf - event time, epoch milliseconds */
  constructor(deliver: Deliver, report: (problem: string) => void, timeOf: (event: T) => number) {
    this.#deliver = deliver;
    this.#report = report;
    this.#timeOf = timeOf;
  }

  /** Number of events that are not under way yet. */
  get size(): number {
    return this.#waiting.length;
  }

  add(events: readonly T[]): void {
    this.#waiting.push(...events);
    const excess = this.#waiting.length - CAPACITY;
    if (excess > 0) {
      this.#waiting.splice(0, excess);
      this.#report(`${excess} events are lost: the server was away for too long`);
    }
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.length > 0) {
      const events = this.#waiting.splice(0, BATCH);
      try {
        await this.#deliver(
          events.map((event) => {
            const json = JSON.stringify(event);
            return { line: 0, text: json, json, time: this.#timeOf(event) };
          }),
        );
      } catch (error) {
        // Nothing that waiting would cure: the events of this batch are refused as a whole.
        this.#report(error instanceof Error ? error.message : String(error));
      }
    }
    this.#sending = false;
  }
}
