/** What takes ids of events: 64-bit hashes as two unsigned halves. */
export interface IdSink {
  add(high: number, low: number): unknown;
}

/** Ids of events, in any order. */
export interface Ids {
  readonly size: number;
  forEach(visit: (high: number, low: number) => void): void;
}

const FIRST_SLOTS = 256;

/**
 * A set of 64-bit hashes: open addressing with linear probing in one typed array, at most three quarters full. A million ids take 16
 * MB, where a `Set` of strings or BigInts takes several times that and a `Set<number>`, which has room for 53 bits only, 35 MB.
 * The hashes must be evenly spread, as any good hash function's are: their low bits are the place where they are kept.
 */
export class IdSet implements IdSink, Ids {
  /** Slot i holds the halves 2i and 2i + 1; two zeros mark a free slot. */
  #halves: Uint32Array;
  #mask: number;
  #used = 0;
  #limit: number;
  /** The hash that would look like a free slot is kept apart. */
  #zero = false;

  /** @param expected - how many ids to make room for */
  constructor(expected = 0) {
    let slots = FIRST_SLOTS;
    while (limitOf(slots) < expected) slots *= 2;
    this.#halves = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
    this.#limit = limitOf(slots);
  }

  get size(): number {
    return this.#zero ? this.#used + 1 : this.#used;
  }

  /** Memory taken, in bytes. */
  get byteLength(): number {
    return this.#halves.byteLength;
  }

  /** Adds an id; true when it was not in the set. Halves are unsigned 32-bit numbers. */
  add(high: number, low: number): boolean {
    if (high === 0 && low === 0) {
      const added = !this.#zero;
      this.#zero = true;
      return added;
    }
    const at = this.#find(high, low);
    const halves = this.#halves;
    if (halves[at] === high && halves[at + 1] === low) return false;
    halves[at] = high;
    halves[at + 1] = low;
    if (++this.#used > this.#limit) this.#grow();
    return true;
  }

  has(high: number, low: number): boolean {
    if (high === 0 && low === 0) return this.#zero;
    const at = this.#find(high, low);
    return this.#halves[at] === high && this.#halves[at + 1] === low;
  }

  forEach(visit: (high: number, low: number) => void): void {
    if (this.#zero) visit(0, 0);
    const halves = this.#halves;
    for (let at = 0; at < halves.length; at += 2) {
      const high = halves[at] as number;
      const low = halves[at + 1] as number;
      if (high !== 0 || low !== 0) visit(high, low);
    }
  }

  /** Where an id is, or the free place where it belongs. */
  #find(high: number, low: number): number {
    const halves = this.#halves;
    const mask = this.#mask;
    let slot = low & mask;
    for (;;) {
      const at = slot * 2;
      const heldHigh = halves[at];
      const heldLow = halves[at + 1];
      if ((heldHigh === high && heldLow === low) || (heldHigh === 0 && heldLow === 0)) return at;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const old = this.#halves;
    const slots = old.length;
    this.#halves = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
    this.#limit = limitOf(slots);
    for (let from = 0; from < old.length; from += 2) {
      const high = old[from] as number;
      const low = old[from + 1] as number;
      if (high === 0 && low === 0) continue;
      const at = this.#find(high, low);
      this.#halves[at] = high;
      this.#halves[at + 1] = low;
    }
  }
}

/** How many ids may be in a set of so many slots before it grows. */
const limitOf = (slots: number): number => slots * 0.75;

/** A growing list of ids, for those that one commit adds. */
export class IdList implements IdSink, Ids {
  #halves = new Uint32Array(64);
  #length = 0;

  get size(): number {
    return this.#length / 2;
  }

  add(high: number, low: number): void {
    if (this.#length === this.#halves.length) {
      const grown = new Uint32Array(this.#halves.length * 2);
      grown.set(this.#halves);
      this.#halves = grown;
    }
    this.#halves[this.#length++] = high;
    this.#halves[this.#length++] = low;
  }

  forEach(visit: (high: number, low: number) => void): void {
    for (let at = 0; at < this.#length; at += 2) {
      visit(this.#halves[at] as number, this.#halves[at + 1] as number);
    }
  }
}
