/**
 * The ids of the events that a commit counted, by slice: 8-byte hashes, written as they come. They are random, so nothing
 * would compress them.
 *
 * Layout, repeated per slice: start of the slice (float64), number of ids (uint32), then per id high and low half (uint32).
 */

/** A growing list of 64-bit hashes as pairs of halves. */
export class HashList {
  #halves = new Uint32Array(64);
  #length = 0;

  /** Number of hashes. */
  get length(): number {
    return this.#length / 2;
  }

  push(high: number, low: number): void {
    if (this.#length === this.#halves.length) {
      const grown = new Uint32Array(this.#halves.length * 2);
      grown.set(this.#halves);
      this.#halves = grown;
    }
    this.#halves[this.#length++] = high;
    this.#halves[this.#length++] = low;
  }

  /** High and low halves in turn; valid until the next push. */
  halves(): Uint32Array {
    return this.#halves.subarray(0, this.#length);
  }
}

const HEADER = 12;

export function encodeSliceIds(slices: ReadonlyMap<number, HashList>): Uint8Array {
  let size = 0;
  for (const list of slices.values()) size += HEADER + list.length * 8;
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [slice, list] of slices) {
    at = bytes.writeDoubleLE(slice, at);
    at = bytes.writeUInt32LE(list.length, at);
    for (const half of list.halves()) at = bytes.writeUInt32LE(half, at);
  }
  return bytes;
}

/** Calls `visit` for every id of the slices that `wanted` says yes to. */
export function decodeSliceIds(
  encoded: Uint8Array,
  wanted: (slice: number) => boolean,
  visit: (slice: number, high: number, low: number) => void,
): void {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const slice = bytes.readDoubleLE(at);
    const end = at + HEADER + bytes.readUInt32LE(at + 8) * 8;
    if (wanted(slice)) {
      for (let id = at + HEADER; id < end; id += 8)
        visit(slice, bytes.readUInt32LE(id), bytes.readUInt32LE(id + 4));
    }
    at = end;
  }
}
