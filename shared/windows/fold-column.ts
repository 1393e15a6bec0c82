import type { Column } from './columns.ts';
import { addReal, carryInteger } from './exact.ts';
import { addPart } from './product.ts';
import type { Rows } from './rows.ts';

/** Numbers of one slot of many rows: row i's number is `values[offset + i * step]`, so that rows and columns both fit. */
export interface Numbers {
  readonly values: Float64Array;
  readonly offset: number;
  readonly step: number;
}

/**
 * Merges one column of a source into rows: the source's row i into row `rows[i]`. A loop per column over plain arrays is
 * what makes merging fast; the order of merging does not matter, since every column is exact.
 *
 * @param numbersOf - the source's numbers of a slot
 */
export function foldColumn(
  column: Column,
  target: Rows,
  rows: Uint32Array,
  count: number,
  numbersOf: (slot: number) => Numbers,
): void {
  const { values, width } = target;
  const { slot } = column;
  const first = numbersOf(slot);
  const second = () => numbersOf(slot + 1);
  switch (column.primitive) {
    case 'count':
      addCounts(values, width, slot, rows, count, first);
      break;
    case 'integers':
      addIntegers(target, column, rows, count, first);
      break;
    case 'reals':
      addReals(target, column, rows, count, first, second());
      break;
    case 'products':
      for (let part = 0; part < 3; part++) addParts(target, column, rows, count, numbersOf(slot + part));
      break;
    case 'min':
      keepLeast(values, width, slot, rows, count, first);
      break;
    case 'max':
      keepGreatest(values, width, slot, rows, count, first);
      break;
    case 'first':
      keepEdges(target, column, rows, count, first, second(), -1);
      break;
    case 'last':
      keepEdges(target, column, rows, count, first, second(), 1);
      break;
    case 'bins':
      for (let bin = 0; bin <= (column.boundaries?.length ?? 0); bin++) {
        addCounts(values, width, slot + bin, rows, count, numbersOf(slot + bin));
      }
      break;
    case 'sketch':
      break;
  }
}

/** Merges what a source's sums hold beyond their doubles. */
export function foldRemainders(
  column: Column,
  target: Rows,
  rows: Uint32Array,
  source: Iterable<readonly [row: number, carried: bigint]>,
): void {
  const carried = target.carried(column.index);
  for (const [row, value] of source) {
    const into = rows[row] ?? 0;
    carried.set(into, (carried.get(into) ?? 0n) + value);
  }
}

type Loop = (
  target: Float64Array,
  width: number,
  slot: number,
  rows: Uint32Array,
  count: number,
  source: Numbers,
) => void;

const addCounts: Loop = (target, width, slot, rows, count, { values, offset, step }) => {
  for (let i = 0, from = offset; i < count; i++, from += step) {
    const at = (rows[i] as number) * width + slot;
    target[at] = (target[at] as number) + (values[from] as number);
  }
};

const keepLeast: Loop = (target, width, slot, rows, count, { values, offset, step }) => {
  for (let i = 0, from = offset; i < count; i++, from += step) {
    const at = (rows[i] as number) * width + slot;
    const value = values[from] as number;
    if (value < (target[at] as number)) target[at] = value;
  }
};

const keepGreatest: Loop = (target, width, slot, rows, count, { values, offset, step }) => {
  for (let i = 0, from = offset; i < count; i++, from += step) {
    const at = (rows[i] as number) * width + slot;
    const value = values[from] as number;
    if (value > (target[at] as number)) target[at] = value;
  }
};

function addIntegers(target: Rows, column: Column, rows: Uint32Array, count: number, source: Numbers): void {
  const { values: sums, width } = target;
  const { values, offset, step } = source;
  for (let i = 0, from = offset; i < count; i++, from += step) {
    const row = rows[i] as number;
    const at = row * width + column.slot;
    const value = values[from] as number;
    const sum = (sums[at] as number) + value;
    if (sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER) sums[at] = sum;
    else carryInteger(target, column.index, at, row, BigInt(value));
  }
}

function addReals(
  target: Rows,
  column: Column,
  rows: Uint32Array,
  count: number,
  highs: Numbers,
  lows: Numbers,
): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i] as number;
    const at = row * target.width + column.slot;
    addReal(target, column.index, at, row, highs.values[highs.offset + i * highs.step] as number);
    const low = lows.values[lows.offset + i * lows.step] as number;
    if (low !== 0) addReal(target, column.index, at, row, low);
  }
}

function addParts(target: Rows, column: Column, rows: Uint32Array, count: number, parts: Numbers): void {
  for (let i = 0; i < count; i++) {
    const part = parts.values[parts.offset + i * parts.step] as number;
    const row = rows[i] as number;
    if (part !== 0) addPart(target, column.index, row * target.width + column.slot, row, part);
  }
}

/** Keeps the earliest (`sign` -1) or the latest (1) time's value; of several at that time the least or the greatest. */
function keepEdges(
  { values: held, width }: Rows,
  { slot }: Column,
  rows: Uint32Array,
  count: number,
  times: Numbers,
  numbers: Numbers,
  sign: 1 | -1,
): void {
  for (let i = 0; i < count; i++) {
    const at = (rows[i] as number) * width + slot;
    const time = times.values[times.offset + i * times.step] as number;
    const value = numbers.values[numbers.offset + i * numbers.step] as number;
    const later = sign * time - sign * (held[at] as number);
    if (later > 0 || (later === 0 && sign * value > sign * (held[at + 1] as number))) {
      held[at] = time;
      held[at + 1] = value;
    }
  }
}

/** Merges partials that are objects; the source's are not changed and never become the target's. */
export function foldPartials(
  { index, sketch }: Column,
  target: Rows,
  rows: Uint32Array,
  source: Iterable<readonly [row: number, partial: unknown]>,
): void {
  if (sketch === undefined) return;
  const partials = target.partialsOf(index);
  for (const [row, partial] of source) {
    const into = rows[row] ?? 0;
    partials[into] = sketch.merge(partials[into] ?? sketch.create(), partial);
  }
}
