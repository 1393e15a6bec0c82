import { expect, test } from 'vitest';
import { tumbling } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';

const MINUTE = 60_000;

test.each([
  [0, 0],
  [1, 0],
  [59_999, 0],
  [60_000, 60_000],
  [-1, -60_000],
  [-60_000, -60_000],
  [-60_001, -120_000],
  [1_763_683_200_123, 1_763_683_200_000],
])('the minute of %i begins at %i', (time, start) => {
  expect(createAssigner(tumbling('1 minute')).sliceOf(time)).toBe(start);
});

test.each([
  [6_999, -53_000],
  [7_000, 7_000],
  [-53_001, -113_000],
  [-53_000, -53_000],
])('with an offset of 7 s, the minute of %i begins at %i', (time, start) => {
  expect(createAssigner(tumbling('1 minute', { offset: '7 seconds' })).sliceOf(time)).toBe(start);
});

test('boundaries are exact over the whole range of dates, for odd sizes too', () => {
  for (const size of [1, 3, 7_919, 86_400_000, 86_399_999]) {
    const assigner = createAssigner({ kind: 'tumbling', size, offset: 0 });
    for (const near of [
      8_640_000_000_000_000, 1_763_683_200_000, 0, -1_763_683_200_000, -8_640_000_000_000_000,
    ]) {
      const boundary = Number((BigInt(near) / BigInt(size)) * BigInt(size));
      expect(assigner.sliceOf(boundary)).toBe(boundary);
      expect(assigner.sliceOf(boundary - 1)).toBe(boundary - size);
      expect(assigner.sliceOf(boundary + size - 1)).toBe(boundary);
    }
  }
});

test('a slice is a window', () => {
  const assigner = createAssigner(tumbling('1 minute'));
  expect(assigner.sliceEnd(-MINUTE)).toBe(0);
  expect(assigner.lastEnd(-MINUTE)).toBe(0);
  expect(assigner.windowsOf(MINUTE)).toEqual([{ start: MINUTE, end: 2 * MINUTE }]);
  expect(assigner.slicesOf({ start: MINUTE, end: 2 * MINUTE })).toEqual([MINUTE]);
});
