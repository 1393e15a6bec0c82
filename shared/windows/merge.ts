import type { Bucket } from './bucket.ts';
import type { Layout } from './columns.ts';
import type { Result } from './compile-result.ts';
import { encodeSlice } from './delta.ts';
import type { Fingerprint } from './fingerprint.ts';
import { foldColumn, foldRemainders } from './fold-column.ts';
import { foldRows, ofBucket, type Partials, partialsOf, renamed } from './partials.ts';
import { Rows } from './rows.ts';
import type { ResultValues, Span, WindowMerge } from './types.ts';

/** Many windows may be merged side by side, each with few keys. */
const EXPECTED_ROWS = 64;

/** The rows of one window, merged from deltas and from other merges of the same stage. */
export class TableMerge implements WindowMerge {
  readonly #layout: Layout;
  readonly #fingerprint: Fingerprint;
  readonly #result: Result;
  readonly #rows: Rows;
  readonly #bucket: Bucket | undefined;
  /** The sums over all keys that shares divide by: of a bucket kept from the start, otherwise made when asked for. */
  #totals: Rows | undefined;

  constructor(layout: Layout, fingerprint: Fingerprint, result: Result, bucket?: Bucket) {
    this.#layout = layout;
    this.#fingerprint = fingerprint;
    this.#result = result;
    this.#rows = new Rows(layout, EXPECTED_ROWS);
    this.#bucket = bucket;
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

  get keys(): readonly string[] {
    return this.#rows.keys;
  }

  absorb(other: WindowMerge, nameOf?: (index: number) => string | undefined): void {
    const partials = partialsOf(TableMerge.of(other, this.#layout).#rows);
    this.fold(nameOf === undefined ? partials : renamed(partials, nameOf, this.#layout));
  }

  *spans(): IterableIterator<Span> {
    const { times } = this.#layout;
    if (times === undefined) throw new TypeError('only stages with sessions keep the times of events');
    const { keys, values, width } = this.#rows;
    for (let row = 0; row < keys.length; row++) {
      const start = values[row * width + times.first.slot] as number;
      yield { key: keys[row] as string, start, last: values[row * width + times.last.slot] as number };
    }
  }

  /** Folds partials in. */
  fold(partials: Partials): void {
    if (this.#bucket === undefined) {
      this.#totals = undefined;
      foldRows(this.#layout, this.#rows, partials);
    } else {
      this.#totals ??= totalsRow(this.#layout);
      foldTotals(this.#layout, this.#totals, partials);
      foldRows(this.#layout, this.#rows, ofBucket(partials, this.#bucket, this.#layout));
    }
  }

  *results(start: number): IterableIterator<readonly [key: string, values: ResultValues]> {
    const rows = this.#rows;
    const totals = this.#overAllKeys();
    for (let row = 0; row < rows.size; row++) {
      yield [rows.keys[row] as string, this.#valuesOf(row, totals, start)];
    }
  }

  valuesOf(key: string, start: number): ResultValues | undefined {
    const row = this.#rows.find(key);
    return row < 0 ? undefined : this.#valuesOf(row, this.#overAllKeys(), start);
  }

  encode(slice: number, first: number, count: number): Uint8Array {
    return encodeSlice(slice, this.#rows, this.#layout, this.#fingerprint, first, count);
  }

  /** A session begins with its own first event. */
  #valuesOf(row: number, totals: Rows, start: number): ResultValues {
    const { times } = this.#layout;
    const { values, width } = this.#rows;
    const begin = times === undefined ? start : (values[row * width + times.first.slot] as number);
    return this.#result(this.#rows, row, totals, begin);
  }

  /** As exact as the keys' own sums: every key folded into one row. */
  #overAllKeys(): Rows {
    if (this.#totals === undefined) {
      this.#totals = totalsRow(this.#layout);
      foldTotals(this.#layout, this.#totals, partialsOf(this.#rows));
    }
    return this.#totals;
  }
}

function totalsRow(layout: Layout): Rows {
  const totals = new Rows(layout, 1);
  totals.rowOf('');
  return totals;
}

function foldTotals(layout: Layout, totals: Rows, partials: Partials): void {
  const { keys, numbers, perSlot, perKey } = partials;
  const first = new Uint32Array(keys.length);
  for (const column of layout.totals) {
    const numbersOf = (slot: number) => ({ values: numbers, offset: slot * perSlot, step: perKey });
    foldColumn(column, totals, first, keys.length, numbersOf);
    foldRemainders(column, totals, first, partials.carried(column.index));
  }
}
