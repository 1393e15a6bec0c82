import type { Cumulative } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';

/**
 * Cumulative windows: from each `offset + k * size` one window per step, up to the size. A slice is a step; the first one of a
 * start is in all of its windows, the last one in the longest only. No two windows end at the same time.
 */
export function cumulativeAssigner({ size, step, offset }: Cumulative): WindowAssigner {
  // Divisions are exact for whole numbers: see tumbling.ts.
  const startOf = (time: number) => Math.floor((time - offset) / size) * size + offset;
  return {
    sliceOf: (time) => Math.floor((time - offset) / step) * step + offset,
    sliceEnd: (slice) => slice + step,
    windowsOf(slice) {
      const windows: Window[] = [];
      const start = startOf(slice);
      for (let end = slice + step; end <= start + size; end += step) windows.push({ start, end });
      return windows;
    },
    lastEnd: (slice) => startOf(slice) + size,
    slicesOf({ start, end }) {
      const slices: number[] = [];
      for (let slice = start; slice < end; slice += step) slices.push(slice);
      return slices;
    },
  };
}
