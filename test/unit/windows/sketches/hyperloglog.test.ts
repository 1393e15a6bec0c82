import { describe, expect, test } from 'vitest';
import { DeltaFormatError } from '../../../../shared/windows/errors.ts';
import { type DistinctValues, hyperLogLog } from '../../../../shared/windows/sketches/hyperloglog.ts';

const sketchOf = (precision: number, values: Iterable<string | number | boolean>): DistinctValues => {
  const sketch = hyperLogLog(precision);
  let partial = sketch.create();
  for (const value of values) partial = sketch.add(partial, value, 1, 0);
  return partial;
};
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `user-${from + i}`);

test('nothing is none, repetitions count once, a number is not its text', () => {
  expect(sketchOf(12, []).estimate()).toBe(0);
  expect(sketchOf(12, ['a', 'a', 1, 1, '1', true, 'true', 0, -0]).estimate()).toBe(6);
});

test('few values are counted exactly', () => {
  for (const n of [1, 2, 10, 100, 500, 1_000]) expect(sketchOf(12, numbers(0, n)).estimate()).toBe(n);
});

// Each population is another set of texts; the standard error must be what is stated, and no estimate far beyond it.
test.each([4, 8, 10, 12])(
  'with precision %i the error is 1.04 / sqrt(2^precision)',
  (precision) => {
    const stated = 1.04 / Math.sqrt(2 ** precision);
    for (const n of [2 ** precision, 2 ** precision * 3, 2 ** precision * 20]) {
      if (n > 40_000) continue;
      const errors = Array.from({ length: 60 }, (_, run) => {
        const values = Array.from({ length: n }, (_, i) => `${run}/${i}`);
        return sketchOf(precision, values).estimate() / n - 1;
      });
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length);
      // 60 runs know a standard deviation to within a tenth of itself.
      expect(deviation).toBeLessThan(stated * 1.3);
      expect(Math.abs(mean)).toBeLessThan(stated * 0.5);
      expect(Math.max(...errors.map(Math.abs))).toBeLessThan(stated * 4.5);
    }
  },
  30_000,
);

test('a million values', () => {
  const found = sketchOf(14, numbers(0, 1_000_000)).estimate();
  expect(Math.abs(found / 1_000_000 - 1)).toBeLessThan(3 * 0.0081);
});

describe('unions', () => {
  const sketch = hyperLogLog(8);
  const bytesOf = (partial: DistinctValues) => Buffer.from(sketch.encode(partial)).toString('hex');
  const again = (partial: DistinctValues) => sketch.decode(sketch.encode(partial));

  test.each([
    [10, 20],
    [60, 30],
    [5, 3_000],
    [3_000, 5],
    [2_000, 2_000],
  ])('of %i and %i values are those of one pass, whatever their form', (a, b) => {
    const whole = bytesOf(sketchOf(8, numbers(0, a + b)));
    const [left, right] = [sketchOf(8, numbers(0, a)), sketchOf(8, numbers(a, a + b))];
    expect(bytesOf(sketch.merge(again(left), again(right)))).toBe(whole);
    expect(bytesOf(sketch.merge(again(right), again(left)))).toBe(whole);
    const before = bytesOf(right);
    sketch.merge(left, right);
    expect(bytesOf(right)).toBe(before);
  });

  test('the form changes at a quarter of the registers', () => {
    const sizes = [64, 65].map((n) => sketch.encode(sketchOf(8, numbers(0, n)))[0]);
    expect(sizes).toEqual([0, 1]);
  });

  test('bytes of another precision are refused', () => {
    const dense = hyperLogLog(10).encode(sketchOf(10, numbers(0, 1_000)));
    expect(() => sketch.decode(dense)).toThrow(DeltaFormatError);
    expect(() => sketch.decode(Uint8Array.of(9, 0))).toThrow(DeltaFormatError);
    expect(() => sketch.decode(Uint8Array.of(0, 2, 4, 0))).toThrow('ascend');
  });
});
