import type { StreamEvent } from '../events/types.ts';

/**
 * Cuts events, in the order given, into runs that span at most `span` milliseconds of event time each.
 *
 * @returns the runs, each a list of positions
 */
export function runsOf(events: readonly StreamEvent[], span: number): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [position, { time }] of events.entries()) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
    if (run.length > 0 && latest - earliest > span) {
      runs.push(run);
      run = [];
      earliest = time;
      latest = time;
    }
    run.push(position);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
