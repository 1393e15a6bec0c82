import { addReal, type Sums, toUnits } from './exact.ts';

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

/** Adds `a * b`, both finite, to a row's sum of products at `values[at]` and `values[at + 1]`. */
export function addProduct(sums: Sums, column: number, at: number, row: number, a: number, b: number): void {
  const product = a * b;
  const size = Math.abs(product);
  if (
    size < GREATEST &&
    (size > LEAST || a === 0 || b === 0) &&
    Math.abs(a) < GREATEST_FACTOR &&
    Math.abs(b) < GREATEST_FACTOR
  ) {
    addReal(sums, column, at, row, product, PRODUCT_BITS);
    const error = errorOf(a, b, product);
    if (error !== 0) addReal(sums, column, at, row, error, PRODUCT_BITS);
  } else {
    addUnits(sums, column, row, toUnits(a) * toUnits(b));
  }
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
