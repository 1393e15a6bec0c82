import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addReal,
  carryInteger,
  fromUnits,
  integerSum,
  type Remainders,
  realSum,
  toUnits,
} from '../../../shared/windows/exact.ts';
import { nearest, unitsOf } from '../../property/window-oracle.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

class OneSum {
  readonly values = new Float64Array(2);
  readonly remainders: Remainders = new Map();
  carried = () => this.remainders;
  add = (term: number) => addReal(this, 0, 0, 0, term);
  result = () => realSum(this.values[0]!, this.values[1]!, this.remainders.get(0));
}

const realSumOf = (terms: readonly number[]) => {
  const sum = new OneSum();
  for (const term of terms) sum.add(term);
  return sum.result();
};

test('a double in units of 2^-1074 is the same double', () => {
  fc.assert(
    fc.property(finite, (value) => {
      expect(toUnits(value)).toBe(unitsOf(value));
      expect(fromUnits(toUnits(value))).toBe(value + 0);
    }),
  );
});

test('rounding from units is to the nearest double', () => {
  const near = fc.tuple(finite, fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }));
  fc.assert(
    fc.property(near, ([value, extra]) => {
      for (const units of [unitsOf(value) + extra, unitsOf(value) * 3n + extra])
        expect(fromUnits(units)).toBe(nearest(units));
    }),
  );
});

test.each([
  ['Python issue 2819: 1 + 1e100 + 1 - 1e100', [1, 1e100, 1, -1e100], 2],
  ['tenths', Array<number>(10).fill(0.1), 1],
  ['cancellation', [1e16, 1, -1e16], 1],
  ['half an ulp is a tie to even', [2 ** 53, 1], 2 ** 53],
  ['a bit more than half an ulp is not', [2 ** 53, 1, 2 ** -60], 2 ** 53 + 2],
  ['an overflow on the way', [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE], Number.MAX_VALUE],
  ['an overflow at the end', [Number.MAX_VALUE, Number.MAX_VALUE], Number.POSITIVE_INFINITY],
  ['the smallest numbers', [Number.MIN_VALUE, Number.MIN_VALUE], 2 * Number.MIN_VALUE],
  ['smallest beside largest', [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE], Number.MIN_VALUE],
  ['negative zeros', [-0, -0], 0],
  ['nothing', [], 0],
])('exact sum: %s', (_, terms, expected) => {
  expect(realSumOf(terms)).toBe(expected);
  expect(realSumOf([...terms].reverse())).toBe(expected);
});

test('sums of money and measurements need no BigInt', () => {
  const sum = new OneSum();
  for (let i = 0; i < 100_000; i++) sum.add(((i * 7_919) % 1_000_003) / 100);
  expect(sum.remainders.size).toBe(0);
});

test('whole numbers are carried exactly where a double ends', () => {
  const values = Float64Array.of(Number.MAX_SAFE_INTEGER);
  const remainders: Remainders = new Map();
  carryInteger({ values, carried: () => remainders }, 0, 0, 0, 2n);
  expect(integerSum(values[0]!, remainders.get(0))).toBe(2 ** 53);
  expect(remainders.get(0)).toBe(2n ** 53n + 1n);
  expect(integerSum(-3, remainders.get(0))).toBe(2 ** 53 - 2);
  expect(integerSum(7, undefined)).toBe(7);
});
