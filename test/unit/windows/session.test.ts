import fc from 'fast-check';
import { expect, test } from 'vitest';
import { session } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import { changesUnit, sliceOfUnit } from '../../../shared/windows/session.ts';

test('a quarter of the gap is a slice, or the next smaller part in whole milliseconds', () => {
  expect(session('2 minutes').resolution).toBe(30_000);
  expect(session('90 milliseconds').resolution).toBe(18);
  expect(session('59.999 seconds').resolution).toBe(59_999);
  expect(session('2 minutes', { resolution: '10 seconds' }).resolution).toBe(10_000);
});

test('a unit ends when all sessions with their last event in its slice have, and before an event that is in time changes it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: -5_000, max: 5_000 }),
      fc.integer({ min: -5_000, max: 5_000 }),
      (gap, last, other) => {
        const window = session(`${gap} milliseconds`);
        const { sliceOf, sliceEnd, windowsOf, lastEnd, slicesOf } = createAssigner(window);
        const slice = sliceOf(last);
        expect(slice).toBeLessThanOrEqual(last);
        expect(sliceEnd(slice)).toBeGreaterThan(last);
        expect(sliceEnd(slice) - slice).toBeLessThanOrEqual(gap);
        const [unit] = windowsOf(slice);
        expect(windowsOf(slice)).toHaveLength(1);
        expect(unit!.start).toBeLessThanOrEqual(last + gap);
        expect(unit!.end).toBeGreaterThan(last + gap);
        expect(lastEnd(slice)).toBe(unit!.end);
        expect(slicesOf(unit!)).toEqual([slice]);
        expect(sliceOfUnit(unit!, window)).toBe(slice);
        // Whatever lengthens a session of the unit or joins it to a later one changes the unit; what is in time once it is due does not.
        if (other <= last + gap) expect(changesUnit(sliceOf(other), unit!)).toBe(true);
        if (other >= unit!.end) expect(changesUnit(sliceOf(other), unit!)).toBe(false);
      },
    ),
  );
});
