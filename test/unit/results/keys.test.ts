import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKETS, bucketOf, compareUtf8, timeText, windowSort } from '../../../shared/results/keys.ts';

const times = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: 1.4e12, max: 1.9e12 }),
);

describe('a time as text', () => {
  test('sorts as the times do, and all have one width', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        expect(Math.sign(timeText(a) < timeText(b) ? -1 : timeText(a) > timeText(b) ? 1 : 0)).toBe(
          Math.sign(a - b),
        );
        expect(timeText(a)).toHaveLength(17);
      }),
    );
  });

  test('looks like this', () => {
    expect(timeText(0)).toBe('p0000000000000000');
    expect(timeText(1_431_857_100_000)).toBe('p0001431857100000');
    expect(timeText(-1)).toBe('n8639999999999999');
    expect(windowSort({ start: -60_000, end: 0 })).toBe('n8639999999940000#p0000000000000000');
  });

  test.each([Number.NaN, 0.5, 8.64e15 + 1, Number.POSITIVE_INFINITY])('%s is refused', (time) => {
    expect(() => timeText(time)).toThrow(RangeError);
  });
});

test('texts compare as their UTF-8 bytes do', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\uffff', '\ue000', '\ud7ff', '😀', '😁', 'é') });
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('buckets of stored items never move, and are used evenly', () => {
  expect(['fleet-7', '83.149.9.216', '', 'ключ'].map(bucketOf)).toMatchInlineSnapshot(`
    [
      0,
      2,
      1,
      3,
    ]
  `);
  const counts = new Array<number>(BUCKETS).fill(0);
  for (let device = 0; device < 8000; device++) counts[bucketOf(`fleet-${device}`)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(800);
  expect(Math.max(...counts)).toBeLessThan(1200);
});
