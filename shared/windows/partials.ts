import { type Bucket, bucketOf } from './bucket.ts';
import type { Layout } from './columns.ts';
import { foldColumn, foldPartials, foldRemainders } from './fold-column.ts';
import type { Rows } from './rows.ts';

/** Partials of many keys: number `slot` of the i-th key is `numbers[slot * perSlot + i * perKey]`. */
export interface Partials {
  readonly keys: readonly string[];
  readonly numbers: Float64Array;
  readonly perSlot: number;
  readonly perKey: number;
  /** By column, what sums hold beyond their doubles. */
  carried(column: number): Iterable<readonly [row: number, carried: bigint]>;
  /** By column, the partials that are objects. */
  objects(column: number): Iterable<readonly [row: number, partial: unknown]>;
}

/** The partials that rows hold, where they lie. */
export function partialsOf({ keys, values, width, remainders, partials }: Rows): Partials {
  return {
    keys,
    numbers: values,
    perSlot: 1,
    perKey: width,
    carried: (column) => remainders[column] ?? [],
    objects: (column) => present(partials[column] ?? []),
  };
}

function* present(partials: readonly unknown[]): Generator<readonly [row: number, partial: unknown]> {
  for (const [row, partial] of partials.entries()) if (partial !== undefined) yield [row, partial];
}

/** Folds partials into rows, key by key. */
export function foldRows(layout: Layout, target: Rows, partials: Partials): void {
  const { keys, numbers, perSlot, perKey } = partials;
  const rows = new Uint32Array(keys.length);
  for (let i = 0; i < rows.length; i++) rows[i] = target.rowOf(keys[i] as string);
  for (const column of layout.columns) {
    const numbersOf = (slot: number) => ({ values: numbers, offset: slot * perSlot, step: perKey });
    foldColumn(column, target, rows, rows.length, numbersOf);
    foldRemainders(column, target, rows, partials.carried(column.index));
    foldPartials(column, target, rows, partials.objects(column.index));
  }
}

/** The partials of a bucket's keys alone. */
export const ofBucket = (partials: Partials, bucket: Bucket, layout: Layout): Partials =>
  pick(
    partials,
    rowsWhere(partials, (key) => bucketOf(key, bucket.of) === bucket.index),
    layout,
  );

/** The partials under other names, without those that have none. */
export function renamed(
  partials: Partials,
  nameOf: (index: number) => string | undefined,
  layout: Layout,
): Partials {
  const names = partials.keys.map((_, index) => nameOf(index));
  const kept = names.filter((name) => name !== undefined);
  if (kept.length === names.length) return { ...partials, keys: kept };
  const chosen = rowsWhere(partials, (_, index) => names[index] !== undefined);
  return { ...pick(partials, chosen, layout), keys: kept };
}

function rowsWhere({ keys }: Partials, isWanted: (key: string, index: number) => boolean): number[] {
  const rows: number[] = [];
  for (const [row, key] of keys.entries()) if (isWanted(key, row)) rows.push(row);
  return rows;
}

/** The partials of chosen rows alone, in their order. */
export function pick(partials: Partials, chosen: readonly number[], { initial }: Layout): Partials {
  const { keys, numbers, perSlot, perKey } = partials;
  const places = new Map(chosen.map((row, place) => [row, place]));
  const gathered = new Float64Array(initial.length * chosen.length);
  for (let slot = 0, to = 0; slot < initial.length; slot++) {
    for (const i of chosen) gathered[to++] = numbers[slot * perSlot + i * perKey] as number;
  }
  return {
    keys: chosen.map((i) => keys[i] as string),
    numbers: gathered,
    perSlot: chosen.length,
    perKey: 1,
    carried: (column) => moved(partials.carried(column), places),
    objects: (column) => moved(partials.objects(column), places),
  };
}

/** What belongs to chosen rows, under their new numbers. */
function* moved<T>(
  source: Iterable<readonly [row: number, value: T]>,
  places: ReadonlyMap<number, number>,
): Generator<readonly [row: number, value: T]> {
  for (const [row, value] of source) {
    const place = places.get(row);
    if (place !== undefined) yield [place, value];
  }
}
