/** What takes ids of events: 64-bit hashes as two unsigned halves. */
export interface IdSink {
  add(high: number, low: number): unknown;
}

const FIRST_BITS = 8;

/**
 * A set of 64-bit hashes: open addressing with linear probing in one typed array, at most three quarters full. A million ids
 * take 16 MB, where a `Set` of strings or BigInts takes several times that and a `Set<number>`, which has room for 53 bits
 * only, 35 MB. The hashes must be evenly spread, as any good hash function's are: an id's place is given by its highest bits, so
 * that growing reads and writes memory from front to back.
 */
export class IdSet implements IdSink {
  /** Slot i holds the halves 2i and 2i + 1; two zeros mark a free slot. */
  #halves: Uint32Array;
  /** By how much a high half is shifted to give its slot. */
  #shift: number;
  #used = 0;
  #limit: number;
  /** The hash that would look like a free slot is kept apart. */
  #zero = false;

  /** @param expected - how many ids to make room for */
  constructor(expected = 0) {
    let bits = FIRST_BITS;
    while (limitOf(bits) < expected) bits++;
    this.#halves = new Uint32Array(2 ** (bits + 1));
    this.#shift = 32 - bits;
    this.#limit = limitOf(bits);
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
    const halves = this.#halves;
    const last = halves.length - 1;
    let at = (high >>> this.#shift) << 1;
    for (;;) {
      const heldHigh = halves[at] as number;
      const heldLow = halves[at + 1] as number;
      if (heldHigh === 0 && heldLow === 0) break;
      if (heldHigh === high && heldLow === low) return false;
      at = (at + 2) & last;
    }
    if (high === 0 && low === 0) {
      const added = !this.#zero;
      this.#zero = true;
      return added;
    }
    halves[at] = high;
    halves[at + 1] = low;
    if (++this.#used > this.#limit) this.#grow();
    return true;
  }

  has(high: number, low: number): boolean {
    if (high === 0 && low === 0) return this.#zero;
    const halves = this.#halves;
    const last = halves.length - 1;
    for (let at = (high >>> this.#shift) << 1; ; at = (at + 2) & last) {
      const heldHigh = halves[at] as number;
      const heldLow = halves[at + 1] as number;
      if (heldHigh === high && heldLow === low) return true;
      if (heldHigh === 0 && heldLow === 0) return false;
    }
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

  #grow(): void {
    const old = this.#halves;
    const halves = new Uint32Array(old.length * 2);
    const last = halves.length - 1;
    const shift = this.#shift - 1;
    for (let from = 0; from < old.length; from += 2) {
      const high = old[from] as number;
      const low = old[from + 1] as number;
      if (high === 0 && low === 0) continue;
      let at = (high >>> shift) << 1;
      while (halves[at] !== 0 || halves[at + 1] !== 0) at = (at + 2) & last;
      halves[at] = high;
      halves[at + 1] = low;
    }
    this.#halves = halves;
    this.#shift = shift;
    this.#limit = limitOf(32 - shift);
  }
}

/** How many ids may be in a set of 2^bits slots before it grows. */
const limitOf = (bits: number): number => 2 ** bits * 0.75;

/** A growing list of ids, for those that one commit adds. */
export class IdList implements IdSink {
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

  /** High and low halves in turn; valid until the next addition. */
  halves(): Uint32Array {
    return this.#halves.subarray(0, this.#length);
  }
}
