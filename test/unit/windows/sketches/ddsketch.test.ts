import { DDSketch } from '@datadog/sketches-js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ddSketch, quantileOf } from '../../../../shared/windows/sketches/ddsketch.ts';

const QS = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1];

const binsOf = (values: readonly number[], accuracy: number) => {
  const sketch = ddSketch(accuracy);
  let bins = sketch.create();
  for (const value of values) bins = sketch.add(bins, value, 1, 0);
  return sketch.decode(sketch.encode(bins));
};

/** The published library's sketch; its bins are collapsed beyond 2,048, so values must not span too much. */
const published = (values: readonly number[], relativeAccuracy: number) => {
  const sketch = new DDSketch({ relativeAccuracy });
  for (const value of values) sketch.accept(value);
  return sketch;
};

test.each([0.005, 0.01, 0.05])('agrees with the published library at accuracy %f', (accuracy) => {
  const value = fc.oneof(
    fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    fc.double({ min: -1e6, max: -1e-3, noNaN: true }),
    fc.constant(0),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const [own, other] = [binsOf(values, accuracy), published(values, accuracy)];
      for (const q of QS) {
        const expected = other.getValueAtQuantile(q);
        expect(Math.abs(quantileOf(own, q, accuracy) - expected)).toBeLessThanOrEqual(
          Math.abs(expected) * 1e-9,
        );
      }
    }),
    { numRuns: 100 },
  );
});

test('a value lies in the bin that the paper gives it', () => {
  const { mapping } = published([], 0.01);
  for (let exponent = -300; exponent <= 300; exponent += 7) {
    const value = 1.37 * 10 ** exponent;
    expect(binsOf([value], 0.01).positive.keyAt(0)).toBe(mapping.key(value));
  }
});

test.each([0.0001, 0.01, 0.2, 0.5])('any double is within %f of itself', (accuracy) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const found = quantileOf(binsOf([value], accuracy), 0.5, accuracy);
      const off = Math.abs(found - value);
      expect(off <= Math.abs(value) * (accuracy + 1e-12) || off <= 2 ** -1022).toBe(true);
    }),
    // The upper end of the bin of the example is beyond all doubles.
    { numRuns: 2_000, examples: [[-1.4444527745743018e308]] },
  );
});

test('nothing has no quantile', () => {
  expect(quantileOf(binsOf([], 0.01), 0.5, 0.01)).toBeNaN();
});

test('a merge leaves its source as it was', () => {
  const sketch = ddSketch(0.01);
  const [a, b] = [binsOf([1, -2, 0], 0.01), binsOf([5, -2], 0.01)];
  const before = Buffer.from(sketch.encode(b)).toString('hex');
  const merged = sketch.merge(sketch.merge(sketch.create(), a), b);
  expect(Buffer.from(sketch.encode(b)).toString('hex')).toBe(before);
  expect(sketch.encode(merged)).toEqual(sketch.encode(binsOf([5, -2, 1, -2, 0], 0.01)));
});
