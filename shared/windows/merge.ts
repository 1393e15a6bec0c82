import type { Layout } from './columns.ts';
import type { Result } from './compile-result.ts';
import { foldColumn, foldRemainders } from './fold-column.ts';
import { Rows } from './rows.ts';
import type { ResultValues, WindowMerge } from './types.ts';

/** Many windows may be merged side by side, each with few keys. */
const EXPECTED_ROWS = 64;

/** The rows of one window, merged from deltas and from other merges of the same stage. */
export class TableMerge implements WindowMerge {
  readonly #layout: Layout;
  readonly #result: Result;
  readonly #rows: Rows;

  constructor(layout: Layout, result: Result) {
    this.#layout = layout;
    this.#result = result;
    this.#rows = new Rows(layout, EXPECTED_ROWS);
  }

  /** @throws TypeError when the merge is of another stage */
  static of(merge: WindowMerge, layout: Layout): TableMerge {
    if (!(merge instanceof TableMerge) || merge.#layout !== layout) {
      throw new TypeError('a merge takes only partials of its own stage: create it by the same plan');
    }
    return merge;
  }

  get size(): number {
    return this.#rows.size;
  }

  absorb(other: WindowMerge): void {
    const { keys, values, width, remainders } = TableMerge.of(other, this.#layout).#rows;
    this.fold(keys, values, 1, width, (column) => remainders[column] ?? []);
  }

  /**
   * Folds partials in: number `slot` of the i-th key is `numbers[slot * perSlot + i * perKey]`.
   *
   * @param carried - by column, what sums hold beyond their doubles
   */
  fold(
    keys: readonly string[],
    numbers: Float64Array,
    perSlot: number,
    perKey: number,
    carried: (column: number) => Iterable<readonly [row: number, carried: bigint]>,
  ): void {
    const target = this.#rows;
    const rows = new Uint32Array(keys.length);
    for (let i = 0; i < rows.length; i++) rows[i] = target.rowOf(keys[i] as string);
    for (const column of this.#layout.columns) {
      const numbersOf = (slot: number) => ({ values: numbers, offset: slot * perSlot, step: perKey });
      foldColumn(column, target, rows, rows.length, numbersOf(column.slot), numbersOf(column.slot + 1));
      foldRemainders(column, target, rows, carried(column.index));
    }
  }

  *results(): IterableIterator<readonly [key: string, values: ResultValues]> {
    const rows = this.#rows;
    const totals = this.#totals();
    for (let row = 0; row < rows.size; row++) {
      yield [rows.keys[row] as string, this.#result(rows, row, totals)];
    }
  }

  /** The sums over all keys that shares divide by, as exact as the keys' own: every key folded into one row. */
  #totals(): Rows {
    const { values, size, width, remainders } = this.#rows;
    const totals = new Rows(this.#layout, 1);
    totals.rowOf('');
    const first = new Uint32Array(size);
    for (const column of this.#layout.totals) {
      const numbersOf = (slot: number) => ({ values, offset: slot, step: width });
      foldColumn(column, totals, first, size, numbersOf(column.slot), numbersOf(column.slot + 1));
      foldRemainders(column, totals, first, remainders[column.index] ?? []);
    }
    return totals;
  }
}
