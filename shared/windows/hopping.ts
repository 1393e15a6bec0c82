import { type Hopping, sliceLength } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';

/**
 * Hopping windows: they start at `offset + k * slide` for every integer k. A slice is as long as the greatest common divisor of
 * size and slide, so that starts and ends of windows are all ends of slices. Where the slide is longer than the size, the
 * slices between two windows belong to none.
 */
export function hoppingAssigner(spec: Hopping): WindowAssigner {
  const { size, slide, offset } = spec;
  const length = sliceLength(spec);
  // Divisions are exact for whole numbers: see tumbling.ts.
  const aligned = (time: number, period: number) => Math.floor((time - offset) / period) * period + offset;
  return {
    sliceOf: (time) => aligned(time, length),
    sliceEnd: (slice) => slice + length,
    windowsOf(slice) {
      const windows: Window[] = [];
      // The first window that has not ended at the slice; sizes and starts are whole slices, so it contains all of it or none.
      for (let start = aligned(slice - size, slide) + slide; start <= slice; start += slide) {
        windows.push({ start, end: start + size });
      }
      return windows;
    },
    lastEnd(slice) {
      const end = aligned(slice, slide) + size;
      return end > slice ? end : Number.NEGATIVE_INFINITY;
    },
    slicesOf({ start, end }) {
      const slices: number[] = [];
      for (let slice = start; slice < end; slice += length) slices.push(slice);
      return slices;
    },
  };
}
