import type { Basis } from '../pipeline/index.ts';
import type { Column } from './columns.ts';
import { add, type Dyadic, dyadic, multiply, quotient, subtract, whole } from './dyadic.ts';
import type { Rows } from './rows.ts';
import type { ResultValue } from './types.ts';

/**
 * Statistics of second order, from exact sums of values and of their products. The textbook formulas, such as
 * `(n sum(x x) - sum(x)^2) / (n (n - 1))`, cancel catastrophically in floating point; here every step is exact and the quotient is rounded
 * once, so they are both right and independent of the order of the events.
 */

type Read<T extends ResultValue = ResultValue> = (rows: Rows, row: number, start: number) => T;

/** A value that JSON can carry. Adding zero turns -0, which would depend on the order of the events, into 0. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);

/** What a sum's remainders count, as a power of two. */
const UNITS: Readonly<Record<string, number>> = { integers: 0, reals: -1074, products: -2148 };

/** How many doubles make up a sum. */
const PARTS: Readonly<Record<string, number>> = { reals: 2, products: 3 };

/** The exact value of a count or a sum. */
function exactly({ primitive, index, slot }: Column, rows: Rows, row: number): Dyadic {
  const at = row * rows.width + slot;
  let sum = dyadic(rows.values[at] as number);
  for (let part = 1; part < (PARTS[primitive] ?? 1); part++) {
    const value = rows.values[at + part] as number;
    if (value !== 0) sum = add(sum, dyadic(value));
  }
  const carried = rows.remainders[index]?.get(row);
  return carried === undefined ? sum : add(sum, { units: carried, exponent: UNITS[primitive] ?? 0 });
}

const countIn = ({ slot }: Column, rows: Rows, row: number): number =>
  rows.values[row * rows.width + slot] as number;

/** `n sum(x y) - sum(x) sum(y)`: n squared times the covariance. */
const scatter = (n: number, x: Dyadic, y: Dyadic, xy: Dyadic): Dyadic =>
  subtract(multiply(whole(BigInt(n)), xy), multiply(x, y));

const divisorOf = (n: number, basis: Basis): Dyadic =>
  whole(BigInt(n) * BigInt(basis === 'sample' ? n - 1 : n));

/** Number of values, their sum and that of their squares. */
export interface Moments {
  readonly n: Column;
  readonly x: Column;
  readonly xx: Column;
}

export const varianceOf =
  ({ n, x, xx }: Moments, basis: Basis) =>
  (rows: Rows, row: number): number | null => {
    const count = countIn(n, rows, row);
    const sum = exactly(x, rows, row);
    return finite(quotient(scatter(count, sum, sum, exactly(xx, rows, row)), divisorOf(count, basis)));
  };

/** Number of pairs, the sums of both values and that of their products. */
export interface Pairs {
  readonly n: Column;
  readonly x: Column;
  readonly y: Column;
  readonly xy: Column;
}

export const covarianceOf =
  ({ n, x, y, xy }: Pairs, basis: Basis): Read =>
  (rows, row) => {
    const count = countIn(n, rows, row);
    const both = scatter(count, exactly(x, rows, row), exactly(y, rows, row), exactly(xy, rows, row));
    return finite(quotient(both, divisorOf(count, basis)));
  };

/** With the sums of both values' squares. */
export interface PairsAndSquares extends Pairs {
  readonly xx: Column;
  readonly yy: Column;
}

/** The square of the correlation is rounded once and its root once, so it is never beyond 1. */
export const correlationOf =
  ({ n, x, y, xy, xx, yy }: PairsAndSquares): Read =>
  (rows, row) => {
    const count = countIn(n, rows, row);
    const [sumX, sumY] = [exactly(x, rows, row), exactly(y, rows, row)];
    const both = scatter(count, sumX, sumY, exactly(xy, rows, row));
    const square = quotient(
      multiply(both, both),
      multiply(
        scatter(count, sumX, sumX, exactly(xx, rows, row)),
        scatter(count, sumY, sumY, exactly(yy, rows, row)),
      ),
    );
    return finite(both.units < 0n ? -Math.sqrt(square) : Math.sqrt(square));
  };

/**
 * The line of least squares of x over event time y: its slope, times `per`, and its value at the window's start.
 *
 * @param per - the slope's unit of time, in milliseconds
 */
export const trendOf =
  ({ n, x, y, xy, yy }: Omit<PairsAndSquares, 'xx'>, per: number): Read =>
  (rows, row, start) => {
    const count = countIn(n, rows, row);
    const [sum, time] = [exactly(x, rows, row), exactly(y, rows, row)];
    const rise = scatter(count, sum, time, exactly(xy, rows, row));
    const run = scatter(count, time, time, exactly(yy, rows, row));
    if (run.units === 0n) return null;
    const events = whole(BigInt(count));
    const since = subtract(time, multiply(events, dyadic(start)));
    return {
      slope: finite(quotient(multiply(rise, dyadic(per)), run)),
      intercept: finite(quotient(subtract(multiply(sum, run), multiply(rise, since)), multiply(events, run))),
    };
  };

/** The value of the first or last event. */
export const edgeOf =
  ({ slot }: Column): Read =>
  (rows, row) => {
    const at = row * rows.width + slot;
    return Number.isFinite(rows.values[at]) ? finite(rows.values[at + 1] as number) : null;
  };

/** The counts between boundaries. */
export const binsOf =
  ({ slot, boundaries = [] }: Column): Read =>
  (rows, row) => {
    const at = row * rows.width + slot;
    const counts = rows.values.subarray(at, at + boundaries.length + 1);
    if (counts.every((count) => count === 0)) return null;
    return [...counts].map((count, index) => ({
      from: boundaries[index - 1] ?? null,
      to: boundaries[index] ?? null,
      count,
    }));
  };
