import type { Session } from '../pipeline/index.ts';
import type { Window, WindowAssigner } from './types.ts';

/**
 * Sessions are made of what a key's events leave in slices; a slice is no longer than the gap, so that all events of a key in it
 * belong to one session. What fires is not a session, of which each key has its own, but a *unit*: all sessions whose last event
 * lies in one slice. They end within the slice's length from `slice + gap` on, and that interval is the unit's window: when time
 * has passed its end, all of them have ended.
 *
 * A unit is also changed by slices other than its own: by earlier ones, which its sessions reach back into, and by later ones up to
 * its end, whose events a session that ended goes on with.
 */
export function sessionAssigner({ gap, resolution }: Session): WindowAssigner {
  const unitOf = (slice: number): Window => ({ start: slice + gap, end: slice + resolution + gap });
  return {
    // Divisions are exact for whole numbers: see tumbling.ts.
    sliceOf: (time) => Math.floor(time / resolution) * resolution,
    sliceEnd: (slice) => slice + resolution,
    windowsOf: (slice) => [unitOf(slice)],
    lastEnd: (slice) => unitOf(slice).end,
    slicesOf: ({ start }) => [start - gap],
  };
}

/** The slice in which the sessions of a unit have their last events. */
export const sliceOfUnit = (unit: Window, { gap }: Session): number => unit.start - gap;

/** Whether events of a slice may change the sessions of a unit. */
export const changesUnit = (slice: number, unit: Window): boolean => slice < unit.end;
