import type { Outcome, Ticket } from './outcome.ts';

/** Tells somebody about events that were not stored where their senders do not ask: once a request, not once an event. */
export class Problems {
  readonly #warn: (message: string) => void;
  #count = 0;
  #first = '';

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  add({ type, id }: Ticket, outcome: Exclude<Outcome, { status: 'stored' }>): void {
    if (this.#count++ === 0) this.#first = `${type} ${id} was ${outcome.status}: ${outcome.reason}`;
  }

  /** Says what was added since the last call. */
  tell(): void {
    if (this.#count === 0) return;
    const others = this.#count === 1 ? '' : ` (and ${this.#count - 1} more)`;
    this.#count = 0;
    this.#warn(`millrace: ${this.#first}${others}`);
  }
}
