import { type Sums, toUnits, twoSum } from './exact.ts';

/**
 * Exact sums of products of doubles. A product of two doubles is the sum of two doubles, its rounded value and the rounding error:
 * T. J. Dekker, "A floating-point technique for extending the available precision" (1971), with Veltkamp's splitting. Both
 * go into an exact sum of reals. Where the product or its error would leave the range of doubles, it is added to the
 * remainder as a BigInt, in units of 2^-2148, of which every product of two doubles is a whole multiple.
 */

/** By how many bits the units of products are finer than those of doubles. */
export const PRODUCT_BITS = 1074n;

/** Beyond these the parts of a splitting, or the error of a product, are no longer exact. */
const GREATEST_FACTOR = 2 ** 990;
const GREATEST = 2 ** 1000;
const LEAST = 2 ** -960;
const SPLITTER = 2 ** 27 + 1;

/** Adds `a * b`, both finite, to a row's sum of products at `values[at]` to `values[at + 2]`. */
export function addProduct(sums: Sums, column: number, at: number, row: number, a: number, b: number): void {
  const product = a * b;
  const size = Math.abs(product);
  if (
    size < GREATEST &&
    (size > LEAST || a === 0 || b === 0) &&
    Math.abs(a) < GREATEST_FACTOR &&
    Math.abs(b) < GREATEST_FACTOR
  ) {
    addPart(sums, column, at, row, product);
    const error = errorOf(a, b, product);
    if (error !== 0) addPart(sums, column, at, row, error);
  } else {
    addUnits(sums, column, row, toUnits(a) * toUnits(b));
  }
}

/** Adds a finite number to a row's sum of products: what one addition loses goes on to the next. */
export function addPart(sums: Sums, column: number, at: number, row: number, term: number): void {
  const { values } = sums;
  const high = values[at] as number;
  const sum = high + term;
  const part = sum - high;
  const error = high - (sum - part) + (term - part);
  if (error === 0) {
    values[at] = sum;
    return;
  }
  const [middle, lost] = twoSum(values[at + 1] as number, error);
  const [low, gone] = lost === 0 ? [values[at + 2] as number, 0] : twoSum(values[at + 2] as number, lost);
  if (gone === 0) {
    values[at] = sum;
    values[at + 1] = middle;
    values[at + 2] = low;
  } else carryPart(sums, column, at, row, term);
}

/** Brings the parts to their smallest overlap first, and carries only what is lost even then. */
function carryPart(sums: Sums, column: number, at: number, row: number, term: number): void {
  const { values } = sums;
  const [rest, lowest] = twoSum(values[at + 1] as number, values[at + 2] as number);
  const [highest, between] = twoSum(values[at] as number, rest);
  const [high, error] = twoSum(highest, term);
  const [middle, lost] = twoSum(between, error);
  const [low, gone] = twoSum(lowest, lost);
  if (Number.isFinite(high) && Number.isFinite(gone)) {
    values[at] = high;
    values[at + 1] = middle;
    values[at + 2] = low;
    if (gone !== 0) addUnits(sums, column, row, toUnits(gone) << PRODUCT_BITS);
  } else addUnits(sums, column, row, toUnits(term) << PRODUCT_BITS);
}

/** Adds to a row's sum of products what is given in units of 2^-2148. */
export function addUnits(sums: Sums, column: number, row: number, units: bigint): void {
  const carried = sums.carried(column);
  carried.set(row, (carried.get(row) ?? 0n) + units);
}

/** `a * b - product`, exactly, where `product` is the rounded one. */
function errorOf(a: number, b: number, product: number): number {
  const scaledA = a * SPLITTER;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = b * SPLITTER;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB);
}
