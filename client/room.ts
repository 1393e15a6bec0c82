interface Waiter {
  readonly size: number;
  readonly resolve: () => void;
}

/** How much may wait in a client at a time. Whoever finds no room is served in the order of asking. */
export class Room {
  readonly #limits: { readonly events: number; readonly size: number };
  #events = 0;
  #size = 0;
  #waiters: Waiter[] = [];

  constructor(limits: { readonly events: number; readonly size: number }) {
    this.#limits = limits;
  }

  /** Number of events that have room now. */
  get events(): number {
    return this.#events;
  }

  /** Takes room for one event, unless there is none or others wait for it. */
  tryTake(size: number): boolean {
    if (this.#waiters.length > 0 || !this.#fits(size)) return false;
    this.#take(size);
    return true;
  }

  /** Takes room for one event as soon as there is some. */
  take(size: number): Promise<void> {
    if (this.tryTake(size)) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ size, resolve }));
  }

  release(size: number): void {
    this.#events--;
    this.#size -= size;
    let served = 0;
    for (const { size: wanted, resolve } of this.#waiters) {
      if (!this.#fits(wanted)) break;
      this.#take(wanted);
      served++;
      resolve();
    }
    if (served > 0) this.#waiters = this.#waiters.slice(served);
  }

  /** An event larger than all the room gets in when it is alone. */
  #fits(size: number): boolean {
    return (
      this.#events === 0 || (this.#events < this.#limits.events && this.#size + size <= this.#limits.size)
    );
  }

  #take(size: number): void {
    this.#events++;
    this.#size += size;
  }
}
