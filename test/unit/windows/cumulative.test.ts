import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cumulative } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import { expectLawful, pairs, windowsAt } from '../../support/window-laws.ts';

const grown = (start: number, ...ends: number[]) => ends.map((end) => [start, end]);

test.each([
  [0, grown(0, 1000, 2000, 3000, 4000, 5000)],
  [999, grown(0, 1000, 2000, 3000, 4000, 5000)],
  [1000, grown(0, 2000, 3000, 4000, 5000)],
  [4999, grown(0, 5000)],
  [5000, grown(5000, 6000, 7000, 8000, 9000, 10_000)],
  [-1, grown(-5000, 0)],
  [-5000, grown(-5000, -4000, -3000, -2000, -1000, 0)],
  [-5001, grown(-10_000, -5000)],
])('growing to five seconds by one, %i is in', (time, windows) => {
  expect(pairs(windowsAt(createAssigner(cumulative('5 seconds', '1 second')), time))).toEqual(windows);
});

test.each([
  [100, grown(100, 1100, 2100, 3100)],
  [99, grown(-2900, 100)],
  [3099, grown(100, 3100)],
])('shifted by 100 ms, %i is in', (time, windows) => {
  const spec = cumulative('3 seconds', '1 second', { offset: '100 milliseconds' });
  expect(pairs(windowsAt(createAssigner(spec), time))).toEqual(windows);
});

const spec = fc
  .record({
    step: fc.integer({ min: 1, max: 12 }),
    steps: fc.integer({ min: 1, max: 9 }),
    shift: fc.nat(200),
  })
  .map(({ step, steps, shift }) => ({
    kind: 'cumulative' as const,
    size: step * steps,
    step,
    offset: shift % (step * steps),
  }));

test('any step, size and offset give the windows of the definition, in slices that tell one story', () => {
  fc.assert(
    fc.property(spec, fc.integer({ min: -200, max: 200 }), (declared, time) => {
      const assigner = createAssigner(declared);
      const windows: [number, number][] = [];
      for (let k = -400; k <= 400; k++) {
        const start = declared.offset + k * declared.size;
        for (let length = declared.step; length <= declared.size; length += declared.step) {
          if (start <= time && time < start + length) windows.push([start, start + length]);
        }
      }
      expect(pairs(windowsAt(assigner, time))).toEqual(windows);
      expectLawful(assigner, time);
    }),
    { numRuns: 1_000 },
  );
});
