import type { Window } from '../windows/types.ts';
import { closesAt } from '../windows/watermark.ts';
import type { Firing } from './ledger.ts';
import type { StageContext } from './stage-context.ts';
import type { StageView } from './stage-view.ts';

/** A window that needs firing. */
export interface DueWindow {
  readonly window: Window;
  /** Its latest firing: absent where it never fired, `claimed` where a crashed firing is to be taken over. */
  readonly firing: Firing | undefined;
  /** Whether its time is over: the firing is to be the final one. */
  readonly closing: boolean;
}

/**
 * The windows that need firing, by ascending end: level-triggered, so that a hint lost or repeated changes nothing. A window
 * needs firing when its end is reached and it has never fired, or was touched by a commit beyond the cut of its last
 * firing, or is to be closed, or when the one who claimed it did not finish in time.
 */
export function dueWindows(context: StageContext, view: StageView, now: number): DueWindow[] {
  const { allowedLateness } = context.compiled.stage;
  const due: DueWindow[] = [];
  for (const window of view.windows) {
    const closing = view.clock.watermark >= closesAt(window, allowedLateness);
    if (window.end > view.clock.firesUpTo) continue;
    const firing = view.firings.get(window.end);
    if (firing?.state === 'claimed') {
      if (firing.lease < now) due.push({ window, firing, closing: firing.final });
    } else if (
      firing?.final !== true &&
      (closing || firing === undefined || isTouched(context, view, window, firing))
    ) {
      due.push({ window, firing, closing });
    }
  }
  return due;
}

/** Whether some shard has committed to one of the window's slices beyond the firing's cut. */
function isTouched(context: StageContext, view: StageView, window: Window, firing: Firing): boolean {
  const slices = context.compiled.plan.windows.slicesOf(window);
  return view.shards.some(({ shard, tail }) => {
    const cut = firing.cut?.get(shard) ?? 0;
    return slices.some((slice) => (tail.open.get(slice)?.[1] ?? 0) > cut);
  });
}

/**
 * Up to where everything is closed, given that no shard can add to windows that close at or before `fenced`: every window
 * with end + lateness at or before this is final.
 */
export function closedUpTo(context: StageContext, view: StageView, fenced: number): number {
  const unfinished = view.windows.find(({ end }) => {
    const firing = view.firings.get(end);
    return firing === undefined || !firing.final || firing.state !== 'done';
  });
  if (unfinished === undefined) return fenced;
  return Math.min(fenced, closesAt(unfinished, context.compiled.stage.allowedLateness) - 1);
}
