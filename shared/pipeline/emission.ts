import { type Duration, durationMs, formatDuration } from './duration.ts';

/** A window is emitted when its end is reached, revised for late events, and once more when it closes. */
export interface OnTime {
  readonly kind: 'onTime';
}

/** A window is emitted once, when nothing can change it any more. */
export interface Final {
  readonly kind: 'final';
}

/** A window is emitted as {@link OnTime} says, and before its end whenever so much event time has passed since its start. */
export interface Early {
  readonly kind: 'early';
  /** From one speculative result to the next, in milliseconds of event time. */
  readonly every: number;
}

/** When a window stage emits what it has. Results accumulate: each holds all that was counted until then. */
export type Emission = OnTime | Final | Early;

/** On time, at every change by late events, and finally: what a stage does that says nothing else. */
export const onTime = (): OnTime => ({ kind: 'onTime' });

/** Once, when the allowed lateness is over: for those who cannot take a revision back. */
export const final = (): Final => ({ kind: 'final' });

/** Also before the end: `early('10 seconds')` of a one-minute window are five speculative results, with revisions -5 to -1. */
export const early = (every: Duration): Early => ({ kind: 'early', every: durationMs(every) });

/** An emission in words. */
export function describeEmission(emission: Emission): string {
  switch (emission.kind) {
    case 'onTime':
      return 'on time, then for late events, then finally';
    case 'final':
      return 'once, finally';
    case 'early':
      return `every ${formatDuration(emission.every)} of a window, on time, then for late events, then finally`;
  }
}
