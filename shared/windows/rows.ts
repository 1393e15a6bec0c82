import type { Layout } from './columns.ts';
import type { Remainders } from './exact.ts';
import { KeyIndex } from './key-index.ts';

/**
 * The partial aggregates of many keys: a row of numbers per key, in one array in which the numbers of a key lie side by side, so
 * that an event touches one or two cache lines. Sums beyond their doubles are kept apart, per column, in maps that hardly ever
 * exist. Partials that are objects (sketches) are kept apart too, in an array per column, by row.
 */
export class Rows {
  readonly remainders: (Remainders | undefined)[];
  readonly partials: (unknown[] | undefined)[];
  readonly width: number;
  values: Float64Array;
  readonly #index: KeyIndex;
  readonly #initial: Float64Array;
  readonly #blank: boolean;

  /** @param expected - how many rows to make room for at first */
  constructor(layout: Layout, expected: number) {
    this.#index = new KeyIndex(expected);
    this.#initial = layout.initial;
    this.#blank = layout.initial.every((value) => value === 0);
    this.width = layout.initial.length;
    this.values = new Float64Array(expected * this.width);
    this.remainders = layout.columns.map(() => undefined);
    this.partials = layout.columns.map(() => undefined);
  }

  /** The keys by row. */
  get keys(): readonly string[] {
    return this.#index.keys;
  }

  get size(): number {
    return this.#index.keys.length;
  }

  /** The row of a key; a key that has none gets a new one. */
  rowOf(key: string): number {
    const next = this.#index.keys.length;
    const row = this.#index.numberOf(key);
    if (row === next) this.#begin(row);
    return row;
  }

  /** The row of a key, -1 where it has none. */
  find(key: string): number {
    return this.#index.find(key);
  }

  #begin(row: number): void {
    const at = row * this.width;
    if (at + this.width > this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    if (!this.#blank) this.values.set(this.#initial, at);
  }

  /** The partials of one column that are objects, by row, to be written to. */
  partialsOf(column: number): unknown[] {
    const held = this.partials[column];
    if (held !== undefined) return held;
    const created: unknown[] = [];
    this.partials[column] = created;
    return created;
  }

  /** The sums beyond their doubles of one column, to be written to. */
  carried(column: number): Remainders {
    const held = this.remainders[column];
    if (held !== undefined) return held;
    const created: Remainders = new Map();
    this.remainders[column] = created;
    return created;
  }
}
