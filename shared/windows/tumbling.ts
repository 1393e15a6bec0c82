import type { Tumbling } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';

/**
 * Tumbling windows: one slice is one window. Boundaries lie at `offset + k * size` for every integer k, so that the
 * window of a negative time starts at or before it (floor, where truncation would put [-60000, 0) and [0, 60000) into one).
 */
export function tumblingAssigner({ size, offset }: Tumbling): WindowAssigner {
  const window = (start: number): Window => ({ start, end: start + size });
  return {
    // A division instead of `%`: the remainder of numbers beyond 2^31 is a library call. It is exact for whole
    // numbers: a quotient within 2^53 of the next integer cannot be rounded up to it.
    sliceOf: (time) => Math.floor((time - offset) / size) * size + offset,
    sliceEnd: (slice) => slice + size,
    windowsOf: (slice) => [window(slice)],
    lastEnd: (slice) => slice + size,
    slicesOf: ({ start }) => [start],
  };
}
