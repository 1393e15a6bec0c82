import type { ByteReader, ByteWriter } from '../bytes.ts';
import { DeltaFormatError } from '../errors.ts';

/**
 * Numbers by whole-number keys, ascending: two arrays that grow, searched by halving. Sketches have few keys, and mostly such as they
 * have already; inserting moves what lies behind.
 */
export class SortedCounts {
  size = 0;
  #keys = new Int32Array(4);
  #counts = new Float64Array(4);

  keyAt(index: number): number {
    return this.#keys[index] as number;
  }

  countAt(index: number): number {
    return this.#counts[index] as number;
  }

  setCount(index: number, count: number): void {
    this.#counts[index] = count;
  }

  /** The place of a key; one that is new begins with zero. */
  place(key: number): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    if (low === this.size || this.#keys[low] !== key) this.#insert(low, key);
    return low;
  }

  #insert(index: number, key: number): void {
    if (this.size === this.#keys.length) {
      const keys = new Int32Array(this.size * 2);
      keys.set(this.#keys);
      this.#keys = keys;
      const counts = new Float64Array(this.size * 2);
      counts.set(this.#counts);
      this.#counts = counts;
    }
    this.#keys.copyWithin(index + 1, index, this.size);
    this.#counts.copyWithin(index + 1, index, this.size);
    this.#keys[index] = key;
    this.#counts[index] = 0;
    this.size++;
  }

  /** Writes keys as their distances and counts as they are, in as few bytes as each needs. */
  write(bytes: ByteWriter): void {
    this.#writeKeys(bytes);
    for (let index = 0; index < this.size; index++) bytes.count(this.countAt(index));
  }

  /** As {@link write}, for counts of which nearly all are zero: only the others are written. */
  writeSparse(bytes: ByteWriter): void {
    this.#writeKeys(bytes);
    const set = [...this.#counts.subarray(0, this.size).entries()].filter(([, count]) => count !== 0);
    bytes.count(set.length);
    for (const [index, count] of set) {
      bytes.count(index);
      bytes.count(count);
    }
  }

  #writeKeys(bytes: ByteWriter): void {
    bytes.count(this.size);
    let before = 0;
    for (let index = 0; index < this.size; index++) {
      const key = this.keyAt(index);
      // The first key may be negative: even numbers stand for those from zero up, odd ones for the others.
      if (index === 0) bytes.count(key < 0 ? -2 * key - 1 : 2 * key);
      else bytes.count(key - before);
      before = key;
    }
  }

  /** @throws DeltaFormatError when the bytes are no such counts */
  static read(bytes: ByteReader): SortedCounts {
    const counts = SortedCounts.#readKeys(bytes);
    for (let index = 0; index < counts.size; index++) counts.setCount(index, bytes.count());
    return counts;
  }

  /** @throws DeltaFormatError when the bytes were not written by {@link writeSparse} */
  static readSparse(bytes: ByteReader): SortedCounts {
    const counts = SortedCounts.#readKeys(bytes);
    for (let left = bytes.count(); left > 0; left--) {
      const index = bytes.count();
      if (index >= counts.size) throw new DeltaFormatError('a count of a sketch has no key');
      counts.setCount(index, bytes.count());
    }
    return counts;
  }

  static #readKeys(bytes: ByteReader): SortedCounts {
    const counts = new SortedCounts();
    const size = bytes.count();
    let key = 0;
    for (let index = 0; index < size; index++) {
      const distance = bytes.count();
      if (index > 0 && distance < 1) throw new DeltaFormatError('the keys of a sketch do not ascend');
      if (index > 0) key += distance;
      else key = distance % 2 === 1 ? -(distance + 1) / 2 : distance / 2;
      if (Math.abs(key) > 2 ** 31 - 1) throw new DeltaFormatError('a key of a sketch is out of range');
      counts.#insert(index, key);
    }
    return counts;
  }
}
