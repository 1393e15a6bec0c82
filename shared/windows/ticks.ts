import type { Window } from './types.ts';

/** A moment within a window at which what it holds so far is emitted. */
export interface Tick {
  readonly time: number;
  /** Negative, and the nearer to the end the higher: -1 is the last one, so that all sort before revision 0. */
  readonly revision: number;
}

/** How many ticks a window has: they lie every so many milliseconds after its start, and before its end. */
const ticksOf = ({ start, end }: Window, every: number): number => Math.ceil((end - start) / every) - 1;

/** The last tick of a window at or before a time, `undefined` before the first one and from the window's end on. */
export function tickAt(window: Window, every: number, time: number): Tick | undefined {
  const passed = Math.floor((time - window.start) / every);
  if (time >= window.end || passed < 1) return undefined;
  return { time: window.start + passed * every, revision: passed - ticksOf(window, every) - 1 };
}

/** The first tick of a window after a time, `undefined` after the last one. */
export function nextTick(window: Window, every: number, time: number): number | undefined {
  const next = Math.max(1, Math.floor((time - window.start) / every) + 1);
  return next > ticksOf(window, every) ? undefined : window.start + next * every;
}
