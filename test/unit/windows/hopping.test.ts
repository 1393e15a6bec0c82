import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hopping, tumbling } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import { expectLawful, pairs, windowsAt } from '../../support/window-laws.ts';

const at = (spec: { size: number; slide: number; offset?: number }, time: number) =>
  pairs(windowsAt(createAssigner({ kind: 'hopping', offset: 0, ...spec }), time));

describe('five seconds every second', () => {
  const seconds = (first: number, offset = 0) =>
    [0, 1000, 2000, 3000, 4000].map((more) => [first + more + offset, first + more + offset + 5000]);

  test.each([
    [0, -4000],
    [999, -4000],
    [1000, -3000],
    [4999, 0],
    [5000, 1000],
    [-1, -5000],
    [-1000, -5000],
    [-1001, -6000],
  ])('%i is in the windows from %i on', (time, first) => {
    expect(at({ size: 5000, slide: 1000 }, time)).toEqual(seconds(first));
  });

  test.each([
    [100, -4000],
    [99, -5000],
    [5099, 0],
    [5100, 1000],
    [-900, -5000],
    [-901, -6000],
  ])('shifted by 100 ms, %i is in the windows from %i + 100 on', (time, first) => {
    expect(at({ size: 5000, slide: 1000, offset: 100 }, time)).toEqual(seconds(first, 100));
  });
});

test.each([
  // Size divisible by slide, and not.
  [
    10,
    5,
    1,
    [
      [-5, 5],
      [0, 10],
    ],
  ],
  [
    10,
    5,
    5,
    [
      [0, 10],
      [5, 15],
    ],
  ],
  [
    10,
    5,
    -1,
    [
      [-10, 0],
      [-5, 5],
    ],
  ],
  [
    5,
    2,
    0,
    [
      [-4, 1],
      [-2, 3],
      [0, 5],
    ],
  ],
  [
    5,
    2,
    1,
    [
      [-2, 3],
      [0, 5],
    ],
  ],
  [
    5,
    2,
    -1,
    [
      [-4, 1],
      [-2, 3],
    ],
  ],
  // As long as the slide: tumbling.
  [5, 5, -5, [[-5, 0]]],
  // Shorter than the slide: an event may be in no window.
  [3, 10, 0, [[0, 3]]],
  [3, 10, 2, [[0, 3]]],
  [3, 10, 3, []],
  [3, 10, 9, []],
  [3, 10, 10, [[10, 13]]],
  [3, 10, -1, []],
  [3, 10, -8, [[-10, -7]]],
  [3, 10, -7, []],
] as [number, number, number, number[][]][])(
  'windows of %i every %i that contain %i',
  (size, slide, time, windows) => {
    expect(at({ size, slide }, time)).toEqual(windows);
  },
);

test('a slide is cut once, where windows end', () => {
  const assigner = createAssigner(hopping('7 minutes', '3 minutes', { offset: '30 seconds' }));
  expect(assigner.sliceOf(0)).toBe(-90_000);
  expect(assigner.sliceEnd(-90_000)).toBe(30_000);
  expect(assigner.sliceEnd(30_000)).toBe(90_000);
  expect(assigner.slicesOf({ start: 30_000, end: 450_000 })).toHaveLength(5);
});

test('a size and a slide with nothing in common make no more slices', () => {
  const assigner = createAssigner(hopping('59.999 seconds', '7 seconds'));
  expect(assigner.slicesOf({ start: 7_000, end: 66_999 })).toHaveLength(17);
});

test('a slice between windows has no last end', () => {
  const assigner = createAssigner(hopping('1 minute', '3 minutes'));
  expect([0, 60_000, 120_000, 180_000].map(assigner.lastEnd)).toEqual([
    60_000,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    240_000,
  ]);
});

test('windows that follow each other without overlap are the tumbling ones', () => {
  const hops = createAssigner(hopping('1 minute', '1 minute', { offset: '7 seconds' }));
  const tumbles = createAssigner(tumbling('1 minute', { offset: '7 seconds' }));
  fc.assert(
    fc.property(fc.integer({ min: -1e12, max: 1e12 }), (time) => {
      expect(windowsAt(hops, time)).toEqual(windowsAt(tumbles, time));
    }),
  );
});

const spec = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    slide: fc.integer({ min: 1, max: 40 }),
    shift: fc.nat(39),
  })
  .map(({ size, slide, shift }) => ({ kind: 'hopping' as const, size, slide, offset: shift % slide }));

test('any size, slide and offset give the windows of the definition, in slices that tell one story', () => {
  fc.assert(
    fc.property(spec, fc.integer({ min: -200, max: 200 }), (declared, time) => {
      const assigner = createAssigner(declared);
      const windows: [number, number][] = [];
      for (let k = -300; k <= 300; k++) {
        const start = declared.offset + k * declared.slide;
        if (start <= time && time < start + declared.size) windows.push([start, start + declared.size]);
      }
      expect(pairs(windowsAt(assigner, time))).toEqual(windows);
      expectLawful(assigner, time);
    }),
    { numRuns: 1_000 },
  );
});

test('boundaries are exact far from the epoch', () => {
  for (const start of [-62_167_219_200_000, 253_402_300_740_000]) {
    const assigner = createAssigner({ kind: 'hopping', size: 23, slide: 7, offset: 5 });
    for (let time = start; time < start + 30; time++) expectLawful(assigner, time);
  }
});
