import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, dyadic, multiply, quotient, subtract, whole } from '../../../shared/windows/dyadic.ts';
import { nearestFraction } from '../../property/aggregate-oracle.ts';
import { unitsOf } from '../../property/window-oracle.ts';

const double = fc.double({ noNaN: true, noDefaultInfinity: true });

test('a quotient is the nearest double', () => {
  fc.assert(
    fc.property(double, double, double, (a, b, c) => {
      fc.pre(c !== 0);
      const sum = subtract(add(dyadic(a), dyadic(b)), multiply(dyadic(a), whole(3n)));
      const exact = unitsOf(a) + unitsOf(b) - 3n * unitsOf(a);
      const found = quotient(sum, dyadic(c));
      expect(Number.isFinite(found) ? found + 0 : null).toBe(nearestFraction(exact, unitsOf(c)));
    }),
    { numRuns: 500 },
  );
});

test.each([
  [1, 2 ** 1074, 2 ** -1074],
  [1, 2 ** 537, 2 ** -537],
])('%d / %d', (a, b, expected) => {
  const divisor = b === Number.POSITIVE_INFINITY ? { units: 1n, exponent: 1074 } : dyadic(b);
  expect(quotient(dyadic(a), divisor)).toBe(expected);
});

test('below the normal range halves go to even, with one rounding', () => {
  const least = { units: 1n, exponent: -1074 };
  for (const [eighths, expected] of [
    [3n, 0],
    [4n, 0],
    [5n, 1],
    [11n, 1],
    [12n, 2],
    [13n, 2],
    [20n, 2],
  ] as const) {
    expect(quotient(multiply(least, whole(eighths)), whole(8n))).toBe(expected * 2 ** -1074);
  }
});

test('nothing divides by zero, and what is too large is infinite', () => {
  expect(quotient(dyadic(1), dyadic(0))).toBeNaN();
  expect(quotient(dyadic(0), dyadic(5))).toBe(0);
  expect(quotient(multiply(dyadic(1e300), dyadic(-1e300)), dyadic(3))).toBe(Number.NEGATIVE_INFINITY);
});
