import type { Alert } from './alert.ts';

/** What is remembered of the alerts of one key. */
export interface History {
  /** Event times of the alerts that were sent, ascending. */
  readonly sent: readonly number[];
  /** Alerts at this time or before are not remembered one by one any more: whatever lies there is taken to be sent. */
  readonly floor: number;
}

export const NO_HISTORY: History = { sent: [], floor: Number.NEGATIVE_INFINITY };

/** So many alerts of a key are remembered: with their item they take one write unit. */
const REMEMBERED = 40;

/**
 * Whether an alert has nothing new to say: one of its key was sent less than `quiet` before it or after it. "After" is for what
 * arrives out of order: an earlier event of an episode that was told of already is no reason to tell of it again. One that
 * lies further back than that is an episode of its own and is told of, however late it comes, unless it comes so late that so many
 * after it were told of that nothing is remembered of its time.
 *
 * @param quiet - in milliseconds of event time
 */
export function isKnown(
  { sent, floor }: History,
  { time, sessionStart }: Pick<Alert, 'time' | 'sessionStart'>,
  quiet: number,
): boolean {
  if (time <= floor) return true;
  return sent.some(
    (other) =>
      Math.abs(other - time) < quiet ||
      (sessionStart !== undefined && other >= sessionStart && other <= time),
  );
}

/** The history with one more alert in it; the oldest one makes room. */
export function remember({ sent, floor }: History, time: number): History {
  const all = [...new Set([...sent, time])].sort((a, b) => a - b);
  const excess = Math.max(0, all.length - REMEMBERED);
  return { sent: all.slice(excess), floor: Math.max(floor, all[excess - 1] ?? floor) };
}
