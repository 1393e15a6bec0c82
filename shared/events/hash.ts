const { imul } = Math;

/**
 * A 64-bit hash of an event's identity, (source, id), for de-duplication: with two million events in a slice the chance
 * that any two of them share a hash is 1 in 9 million. One object serves a whole batch and is its own result, so that
 * the hot path allocates nothing.
 *
 * Two lanes of MurmurHash3_x86_32 over the same words, each with multipliers and rotations of its own (those of the
 * first two lanes of MurmurHash3_x86_128), joined by that one's finalization
 * (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp). Four characters make a word where all are
 * Latin-1, two otherwise. The source's hash, which covers its length, is the seed of the id's, so ("a", "bc") and ("ab", "c")
 * are different identities. It is not made to withstand producers that look for collisions: they would only lose
 * events of their own.
 */
export class EventHash {
  /** The upper 32 bits of the last result, unsigned. */
  hi = 0;
  /** The lower 32 bits of the last result, unsigned. */
  lo = 0;
  // Batches come from few sources: the last one's hash is kept.
  #source = '';
  #seedHi = 0;
  #seedLo = 0;

  constructor() {
    this.#mix('', 0, 0);
    this.#seedHi = this.hi;
    this.#seedLo = this.lo;
  }

  /** Hashes an identity into {@link hi} and {@link lo}. */
  compute(source: string, id: string): void {
    if (source !== this.#source) {
      this.#mix(source, 0, 0);
      this.#source = source;
      this.#seedHi = this.hi;
      this.#seedLo = this.lo;
    }
    this.#mix(id, this.#seedHi, this.#seedLo);
  }

  #mix(text: string, seedHi: number, seedLo: number): void {
    const { length } = text;
    let h1 = seedHi | 0;
    let h2 = seedLo | 0;
    let at = 0;
    for (; at + 4 <= length; at += 4) {
      const a = text.charCodeAt(at);
      const b = text.charCodeAt(at + 1);
      const c = text.charCodeAt(at + 2);
      const d = text.charCodeAt(at + 3);
      if ((a | b | c | d) > 0xff) {
        // The mark keeps these words apart from those of Latin-1 text.
        h1 = lane1(h1 ^ 0x5bd1e995, a | (b << 16));
        h2 = lane2(h2, a | (b << 16));
        h1 = lane1(h1, c | (d << 16));
        h2 = lane2(h2, c | (d << 16));
      } else {
        const word = a | (b << 8) | (c << 16) | (d << 24);
        h1 = lane1(h1, word);
        h2 = lane2(h2, word);
      }
    }
    for (; at < length; at++) {
      const word = text.charCodeAt(at);
      h1 = lane1(h1, word);
      h2 = lane2(h2, word);
    }
    h1 ^= length;
    h2 ^= length;
    h1 = (h1 + h2) | 0;
    h2 = (h2 + h1) | 0;
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h1 = (h1 + h2) | 0;
    h2 = (h2 + h1) | 0;
    this.hi = h1 >>> 0;
    this.lo = h2 >>> 0;
  }
}

function lane1(h: number, word: number): number {
  let k = imul(word, 0x239b961b);
  k = (k << 15) | (k >>> 17);
  h ^= imul(k, 0xab0e9789);
  h = (h << 19) | (h >>> 13);
  return (imul(h, 5) + 0x561ccd1b) | 0;
}

function lane2(h: number, word: number): number {
  let k = imul(word, 0xab0e9789);
  k = (k << 16) | (k >>> 16);
  h ^= imul(k, 0x38b34ae5);
  h = (h << 17) | (h >>> 15);
  return (imul(h, 5) + 0x0bcaa747) | 0;
}

function avalanche(h: number): number {
  h ^= h >>> 16;
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
