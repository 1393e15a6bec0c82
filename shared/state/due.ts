import { nextTick, tickAt } from '../windows/ticks.ts';
import type { Window } from '../windows/types.ts';
import { closesAt } from '../windows/watermark.ts';
import type { Clock } from './clock.ts';
import type { Firing } from './ledger.ts';
import type { StageContext } from './stage-context.ts';
import type { StageView } from './stage-view.ts';
import { type IsTouched, touchesOf } from './touches.ts';

/** A window that needs firing. */
export interface DueWindow {
  readonly window: Window;
  /** Its latest firing: absent where it never fired, `claimed` where a crashed firing is to be taken over. */
  readonly firing: Firing | undefined;
  /** The revision that is due. */
  readonly revision: number;
  /** Whether its time is over: the firing is to be the final one. */
  readonly closing: boolean;
}

/**
 * The windows that need firing, by ascending end: level-triggered, so that a hint lost or repeated changes nothing. A window
 * needs firing when its end is reached and it has never fired, or was touched by a commit beyond the cut of its last
 * firing, or is to be closed, or when the one who claimed it did not finish in time. Where the stage emits early, also when
 * a tick has passed and it was touched since.
 */
export function dueWindows(context: StageContext, view: StageView, now: number): DueWindow[] {
  const isTouched = touchesOf(context.compiled, view.shards);
  return view.windows.flatMap((window) => {
    const firing = view.firings.get(window.end);
    if (firing?.state !== 'claimed') return dueRevision(context, view.clock, isTouched, window, firing) ?? [];
    // Whatever the time is now: what was claimed and perhaps half emitted must be finished.
    const { lease, final: closing, revision } = firing;
    return lease < now ? [{ window, firing, revision, closing }] : [];
  });
}

function dueRevision(
  { compiled }: StageContext,
  { watermark, firesUpTo }: Clock,
  isTouched: IsTouched,
  window: Window,
  firing: Firing | undefined,
): DueWindow | undefined {
  const { emit } = compiled.stage;
  if (firing?.final === true) return undefined;
  if (window.end > firesUpTo) {
    const tick = emit.kind === 'early' ? tickAt(window, emit.every, firesUpTo) : undefined;
    if (tick === undefined || (firing !== undefined && firing.revision >= tick.revision)) return undefined;
    const { revision } = tick;
    return isTouched(window, firing?.cut) ? { window, firing, revision, closing: false } : undefined;
  }
  const closing = watermark >= closesAt(window, compiled.closingDelay);
  const fired = firing !== undefined && firing.revision >= 0;
  const due = closing || (emit.kind !== 'final' && (!fired || isTouched(window, firing.cut)));
  return due ? { window, firing, revision: fired ? firing.revision + 1 : 0, closing } : undefined;
}

/** When, after a time, the first of the windows becomes due if nothing more is committed; `undefined` where none does. */
export function nextDue(context: StageContext, view: StageView, time: number): number | undefined {
  const { emit } = context.compiled.stage;
  // Only data closes.
  if (emit.kind === 'final') return undefined;
  const isTouched = touchesOf(context.compiled, view.shards);
  let next: number | undefined;
  for (const window of view.windows) {
    if (next !== undefined && window.start >= next) continue;
    const firing = view.firings.get(window.end);
    if (window.end <= time || (firing !== undefined && firing.revision >= 0)) continue;
    const tick = emit.kind === 'early' && isTouched(window, firing?.cut);
    const at = (tick ? nextTick(window, emit.every, time) : undefined) ?? window.end;
    if (next === undefined || at < next) next = at;
  }
  return next;
}

/**
 * Which of the windows that are to be closed are closed together. Where other stages read the results, event time in their
 * stream must not get out of order by more than they wait for: no window is closed that ends too far behind the first one
 * that is not, even if somebody else is at that one.
 */
export function closedTogether(
  { resultSpan }: StageContext,
  view: StageView,
  closing: readonly DueWindow[],
): readonly DueWindow[] {
  const first = firstUnfinished(view);
  return first === undefined ? closing : closing.filter(({ window }) => window.end - first.end <= resultSpan);
}

const firstUnfinished = (view: StageView): Window | undefined =>
  view.windows.find((window) => !isClosed(view, window));

/**
 * Up to where everything is closed, given that no shard can add to windows that close at or before `fenced`: every window
 * with end + lateness at or before this is final.
 */
export function closedUpTo(context: StageContext, view: StageView, fenced: number): number {
  const unfinished = firstUnfinished(view);
  if (unfinished === undefined) return fenced;
  return Math.min(fenced, closesAt(unfinished, context.compiled.closingDelay) - 1);
}

/** When the last window closed that is final and done: every shard's log had passed that before it was cut. */
export function lastClosing(context: StageContext, view: StageView): number {
  const closed = view.windows.findLast((window) => isClosed(view, window));
  return closed === undefined
    ? Number.NEGATIVE_INFINITY
    : closesAt(closed, context.compiled.stage.allowedLateness);
}

function isClosed(view: StageView, { end }: Window): boolean {
  const firing = view.firings.get(end);
  return firing?.final === true && firing.state === 'done';
}
