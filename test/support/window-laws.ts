import { expect } from 'vitest';
import type { Window, WindowAssigner } from '../../shared/windows/types.ts';

/** The windows that contain a time, by ascending end. */
export const windowsAt = (assigner: WindowAssigner, time: number): readonly Window[] =>
  assigner.windowsOf(assigner.sliceOf(time));

/** Windows as pairs, which read better in a table of cases. */
export const pairs = (windows: readonly Window[]): [start: number, end: number][] =>
  windows.map(({ start, end }) => [start, end]);

/** What holds for every kind of windows around any time: the parts of an assigner tell one story. */
export function expectLawful(assigner: WindowAssigner, time: number): void {
  const slice = assigner.sliceOf(time);
  const end = assigner.sliceEnd(slice);
  expect(slice).toBeLessThanOrEqual(time);
  expect(end).toBeGreaterThan(time);
  expect([slice, end - 1, end].map((at) => assigner.sliceOf(at))).toEqual([slice, slice, end]);
  expect(assigner.sliceEnd(assigner.sliceOf(slice - 1))).toBe(slice);

  const windows = assigner.windowsOf(slice);
  expect(assigner.lastEnd(slice)).toBe(windows.at(-1)?.end ?? Number.NEGATIVE_INFINITY);
  const ends = windows.map((window) => window.end);
  expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
  for (const window of windows) {
    expect(window.start).toBeLessThanOrEqual(slice);
    expect(window.end).toBeGreaterThanOrEqual(end);
    const slices = assigner.slicesOf(window);
    expect(slices).toContain(slice);
    // Whole slices, side by side, from the window's start to its end.
    expect([...slices, window.end]).toEqual([window.start, ...slices.map((one) => assigner.sliceEnd(one))]);
    for (const one of slices) expect(assigner.windowsOf(one)).toContainEqual(window);
  }
}
