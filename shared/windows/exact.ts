/**
 * Sums that do not depend on the order of their terms, because none loses anything.
 *
 * Whole numbers: one double while it is below 2^53 and therefore exact, and a BigInt for what passed that.
 * Other numbers: two doubles `high + low` whose exact sum is the value. Adding a term is Knuth's two-sum (The Art of Computer
 * Programming 2, 4.2.2, theorem B): the rounding error of `high + x` is itself a double and goes into `low`; this is an
 * expansion of two components as in J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric
 * Predicates" (1997), on which Python's `math.fsum` is built. What does not fit into two components (terms that
 * differ by more than 2^53 twice over, or an overflow) goes into a BigInt counting units of 2^-1074, of which every double
 * is a whole multiple: Kulisch's long accumulator. One rounding at the end gives the correctly rounded sum.
 *
 * Sums of products have more digits, and columns of their own kind: see product.ts.
 */

/** Per row, what a sum holds beyond its doubles; almost always none, therefore sparse. */
export type Remainders = Map<number, bigint>;

/** Exponent of the smallest positive double: every double is a whole multiple of it. */
const UNIT = 1074;
const MANTISSA = 2n ** 53n;
/** A double below 2^53, times this, and once more, gives any double without an intermediate overflow. */
const HALF_RANGE = 2 ** -537;

/** A finite double as a whole number of units of 2^-1074. */
export function toUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & (2n ** 52n - 1n);
  const size = exponent === 0n ? fraction : (fraction | (2n ** 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -size : size;
}

/** The double nearest to a whole number of units of 2^-1074, ties to even; infinite beyond the range of doubles. */
export function fromUnits(units: bigint): number {
  const size = units < 0n ? -units : units;
  if (size < MANTISSA) return Number(units) * HALF_RANGE * HALF_RANGE;
  const excess = size.toString(2).length - 53;
  // 54 bits and a sticky one: Number() then rounds as if it had seen them all.
  const shift = BigInt(Math.max(excess - 2, 0));
  const kept = size >> shift;
  const sticky = kept << shift === size ? 0n : 1n;
  const rounded = Number((kept << 1n) | sticky);
  const value = scale(rounded, Number(shift) - 1 - UNIT);
  return units < 0n ? -value : value;
}

/** `value * 2^exponent` in steps that neither overflow nor lose bits, as long as the result is a normal double. */
function scale(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}

/** Where sums are kept: doubles side by side, and what passes them by column and row. */
export interface Sums {
  readonly values: Float64Array;
  /** The remainders of a column, made when first asked for. */
  carried(column: number): Remainders;
}

/** Adds a whole number to a row's sum at `values[at]` when the plain addition would pass 2^53. */
export function carryInteger(sums: Sums, column: number, at: number, row: number, term: bigint): void {
  const carried = sums.carried(column);
  carried.set(row, (carried.get(row) ?? 0n) + BigInt(sums.values[at] as number) + term);
  sums.values[at] = 0;
}

/** The double nearest to a whole-number sum. */
export function integerSum(held: number, carried: bigint | undefined): number {
  return carried === undefined ? held : Number(carried + BigInt(held));
}

/** Adds a finite number to a row's sum at `values[at]` (high) and `values[at + 1]` (low). */
export function addReal(sums: Sums, column: number, at: number, row: number, term: number): void {
  const { values } = sums;
  const high = values[at] as number;
  const sum = high + term;
  const part = sum - high;
  const error = high - (sum - part) + (term - part);
  if (error === 0) {
    values[at] = sum;
    return;
  }
  const low = values[at + 1] as number;
  const rest = low + error;
  const bit = rest - low;
  if (low - (rest - bit) + (error - bit) === 0) {
    values[at] = sum;
    values[at + 1] = rest;
  } else carryReal(sums, column, at, row, term);
}

/** Brings high and low to their smallest overlap first, and carries only what is lost even then. */
function carryReal(sums: Sums, column: number, at: number, row: number, term: number): void {
  const { values } = sums;
  const carried = sums.carried(column);
  const [high, low] = twoSum(values[at] as number, values[at + 1] as number);
  const [sum, error] = twoSum(high, term);
  const [rest, lost] = twoSum(low, error);
  if (Number.isFinite(sum) && Number.isFinite(lost)) {
    values[at] = sum;
    values[at + 1] = rest;
    if (lost !== 0) carried.set(row, (carried.get(row) ?? 0n) + toUnits(lost));
  } else {
    carried.set(row, (carried.get(row) ?? 0n) + toUnits(term));
  }
}

/** The double nearest to a sum of any numbers, infinite beyond the range of doubles. */
export function realSum(high: number, low: number, carried: bigint | undefined): number {
  return carried === undefined ? high + low : fromUnits(toUnits(high) + toUnits(low) + carried);
}

/** The rounded sum of two doubles, and its rounding error; both exact together unless the sum overflows. */
export function twoSum(a: number, b: number): readonly [sum: number, error: number] {
  const sum = a + b;
  const part = sum - a;
  return [sum, a - (sum - part) + (b - part)];
}
