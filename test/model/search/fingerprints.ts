/**
 * The set of states that a search has seen, as 64-bit fingerprints in open addressing: 8 bytes a state at a load below
 * 0.6, plus 5 bytes that say how it was first reached. Two states with one fingerprint would be taken for one, as in
 * Lamport's TLC; among n states the probability of that is about n*n / 2^65: 3e-6 for ten million.
 */
export class Fingerprints {
  size = 0;
  #mask = (1 << 16) - 1;
  #table = new Uint32Array(2 << 16);
  #parents = new Int32Array(1 << 16);
  #choices = new Uint8Array(1 << 16);

  /** @returns whether the state was not in the set; then it has the number `size - 1` */
  add(words: Int32Array, parent: number, choice: number): boolean {
    hash(words);
    if (!insert(this.#table, this.#mask, high, low)) return false;
    if (this.size === this.#parents.length) this.#lengthen();
    this.#parents[this.size] = parent;
    this.#choices[this.size] = choice;
    this.size++;
    if (this.size > (this.#mask + 1) * 0.6) this.#rehash();
    return true;
  }

  /** The choices that lead from an initial state, whose number comes first, to the state with a number. */
  path(index: number): { start: number; choices: number[] } {
    const choices: number[] = [];
    let at = index;
    for (let up = this.#parents[at] as number; up >= 0; up = this.#parents[at] as number) {
      choices.push(this.#choices[at] as number);
      at = up;
    }
    return { start: at, choices: choices.reverse() };
  }

  #lengthen(): void {
    const parents = new Int32Array(this.size * 2);
    parents.set(this.#parents);
    this.#parents = parents;
    const choices = new Uint8Array(this.size * 2);
    choices.set(this.#choices);
    this.#choices = choices;
  }

  #rehash(): void {
    const old = this.#table;
    this.#mask = this.#mask * 2 + 1;
    this.#table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const hi = old[at] as number;
      const lo = old[at + 1] as number;
      if ((hi | lo) !== 0) insert(this.#table, this.#mask, hi, lo);
    }
  }
}

function insert(table: Uint32Array, mask: number, hi: number, lo: number): boolean {
  for (let slot = lo & mask; ; slot = (slot + 1) & mask) {
    const at = slot * 2;
    const first = table[at] as number;
    const second = table[at + 1] as number;
    if ((first | second) === 0) {
      table[at] = hi;
      table[at + 1] = lo;
      return true;
    }
    if (first === hi && second === lo) return false;
  }
}

let high = 0;
let low = 0;

/** Two streams of the mixing step of MurmurHash3 (Appleby), with different constants; never both zero. */
function hash(words: Int32Array): void {
  let a = 0x9747b28c;
  let b = 0x3c6ef372;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    let x = Math.imul(word, 0xcc9e2d51);
    x = Math.imul((x << 15) | (x >>> 17), 0x1b873593);
    a ^= x;
    a = (Math.imul((a << 13) | (a >>> 19), 5) + 0xe6546b64) | 0;
    let y = Math.imul(word, 0x85ebca77);
    y = Math.imul((y << 16) | (y >>> 16), 0xc2b2ae3d);
    b ^= y;
    b = (Math.imul((b << 17) | (b >>> 15), 5) + 0x27d4eb2f) | 0;
  }
  high = finish(a ^ Math.imul(b, 0x9e3779b1)) >>> 0;
  low = finish(b) >>> 0 || 1;
}

function finish(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
