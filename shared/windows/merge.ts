import { type Bucket, bucketOf } from './bucket.ts';
import type { Layout } from './columns.ts';
import type { Result } from './compile-result.ts';
import { encodeSlice } from './delta.ts';
import type { Fingerprint } from './fingerprint.ts';
import { foldColumn, foldRemainders } from './fold-column.ts';
import { Rows } from './rows.ts';
import type { ResultValues, Span, WindowMerge } from './types.ts';

/** Many windows may be merged side by side, each with few keys. */
const EXPECTED_ROWS = 64;

/** Partials of many keys: number `slot` of the i-th key is `numbers[slot * perSlot + i * perKey]`. */
export interface Partials {
  readonly keys: readonly string[];
  readonly numbers: Float64Array;
  readonly perSlot: number;
  readonly perKey: number;
  /** By column, what sums hold beyond their doubles. */
  carried(column: number): Iterable<readonly [row: number, carried: bigint]>;
}

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
      yield [rows.keys[row] as string, this.#result(rows, row, totals, start)];
    }
  }

  valuesOf(key: string, start: number): ResultValues | undefined {
    const row = this.#rows.find(key);
    return row < 0 ? undefined : this.#result(this.#rows, row, this.#overAllKeys(), start);
  }

  encode(slice: number, first: number, count: number): Uint8Array {
    return encodeSlice(slice, this.#rows, this.#layout, this.#fingerprint, first, count);
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

function partialsOf({ keys, values, width, remainders }: Rows): Partials {
  return {
    keys,
    numbers: values,
    perSlot: 1,
    perKey: width,
    carried: (column) => remainders[column] ?? [],
  };
}

function foldRows(layout: Layout, target: Rows, partials: Partials): void {
  const { keys, numbers, perSlot, perKey } = partials;
  const rows = new Uint32Array(keys.length);
  for (let i = 0; i < rows.length; i++) rows[i] = target.rowOf(keys[i] as string);
  for (const column of layout.columns) {
    const numbersOf = (slot: number) => ({ values: numbers, offset: slot * perSlot, step: perKey });
    foldColumn(column, target, rows, rows.length, numbersOf(column.slot), numbersOf(column.slot + 1));
    foldRemainders(column, target, rows, partials.carried(column.index));
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
    foldColumn(column, totals, first, keys.length, numbersOf(column.slot), numbersOf(column.slot + 1));
    foldRemainders(column, totals, first, partials.carried(column.index));
  }
}

/** The partials of a bucket's keys alone. */
const ofBucket = (partials: Partials, bucket: Bucket, layout: Layout): Partials =>
  select(partials, (index) => bucketOf(partials.keys[index] as string, bucket.of) === bucket.index, layout);

/** The partials under other names, without those that have none. */
function renamed(
  partials: Partials,
  nameOf: (index: number) => string | undefined,
  layout: Layout,
): Partials {
  const names = partials.keys.map((_, index) => nameOf(index));
  const kept = names.filter((name) => name !== undefined);
  if (kept.length === names.length) return { ...partials, keys: kept };
  return { ...select(partials, (index) => names[index] !== undefined, layout), keys: kept };
}

function select(partials: Partials, isWanted: (index: number) => boolean, { initial }: Layout): Partials {
  const { keys, numbers, perSlot, perKey } = partials;
  const chosen: number[] = [];
  const places = new Map<number, number>();
  for (let i = 0; i < keys.length; i++) {
    if (!isWanted(i)) continue;
    places.set(i, chosen.length);
    chosen.push(i);
  }
  const gathered = new Float64Array(initial.length * chosen.length);
  for (let slot = 0, to = 0; slot < initial.length; slot++) {
    for (const i of chosen) gathered[to++] = numbers[slot * perSlot + i * perKey] as number;
  }
  return {
    keys: chosen.map((i) => keys[i] as string),
    numbers: gathered,
    perSlot: chosen.length,
    perKey: 1,
    *carried(column) {
      for (const [row, value] of partials.carried(column)) {
        const place = places.get(row);
        if (place !== undefined) yield [place, value] as const;
      }
    },
  };
}
