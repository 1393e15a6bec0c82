import type { Hopping } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';

/**
 * Hopping windows: they start at `offset + k * slide` for every integer k. Windows begin only there, and end only `size % slide`
 * after such a point, so each slide is cut there into at most two slices, whatever the size. Slices of the greatest common divisor
 * of size and slide would do as well, but an unround size makes those tiny. Where the slide is longer than the size, the second
 * slice of each lies between two windows and belongs to none.
 *
 * @see https://doi.org/10.1145/1142473.1142543 (Krishnamurthy et al., paired windows)
 */
export function hoppingAssigner(spec: Hopping): WindowAssigner {
  const { size, slide, offset } = spec;
  /** Where in a slide windows end; 0 where they end as others begin. */
  const cut = size % slide;
  // Divisions are exact for whole numbers: see tumbling.ts.
  const aligned = (time: number) => Math.floor((time - offset) / slide) * slide + offset;
  const sliceOf = (time: number) => {
    const start = aligned(time);
    return time < start + cut || cut === 0 ? start : start + cut;
  };
  const sliceEnd = (slice: number) => {
    const start = aligned(slice);
    return slice < start + cut ? start + cut : start + slide;
  };
  return {
    sliceOf,
    sliceEnd,
    windowsOf(slice) {
      const windows: Window[] = [];
      // The first window that has not ended at the slice; none ends within a slice, so it contains all of it or none.
      for (let start = aligned(slice - size) + slide; start <= slice; start += slide) {
        windows.push({ start, end: start + size });
      }
      return windows;
    },
    lastEnd(slice) {
      const end = aligned(slice) + size;
      return end > slice ? end : Number.NEGATIVE_INFINITY;
    },
    slicesOf({ start, end }) {
      const slices: number[] = [];
      for (let slice = start; slice < end; slice = sliceEnd(slice)) slices.push(slice);
      return slices;
    },
  };
}
