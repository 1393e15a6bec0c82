import type { Layout } from './columns.ts';
import type { Remainders } from './exact.ts';

const FIRST_ROWS = 256;

/**
 * The partial aggregates of many keys: a dictionary of keys and one array in which the numbers of a key lie side by side, so that
 * an event touches one or two cache lines. Sums beyond their doubles are kept apart, per column, in maps that hardly ever exist.
 * Object-valued columns (sketches) would be further arrays beside `remainders`.
 */
export class Rows {
  readonly index = new Map<string, number>();
  readonly keys: string[] = [];
  readonly remainders: (Remainders | undefined)[];
  readonly width: number;
  values: Float64Array;
  readonly #initial: Float64Array;
  readonly #blank: boolean;

  constructor(layout: Layout) {
    this.#initial = layout.initial;
    this.#blank = layout.initial.every((value) => value === 0);
    this.width = layout.initial.length;
    this.values = new Float64Array(FIRST_ROWS * this.width);
    this.remainders = layout.columns.map(() => undefined);
  }

  get size(): number {
    return this.keys.length;
  }

  /** Adds a row for a key that has none. */
  insert(key: string): number {
    const row = this.keys.length;
    const at = row * this.width;
    if (at + this.width > this.values.length) this.reserve(row * 2);
    if (!this.#blank) this.values.set(this.#initial, at);
    this.index.set(key, row);
    this.keys.push(key);
    return row;
  }

  /** Makes room for so many rows in all. */
  reserve(rows: number): void {
    if (rows * this.width <= this.values.length) return;
    const grown = new Float64Array(rows * this.width);
    grown.set(this.values);
    this.values = grown;
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
