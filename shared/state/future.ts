import { closesAt } from '../windows/watermark.ts';
import type { Future } from './compaction.ts';
import type { CutFiring } from './merge.ts';
import type { StageContext } from './stage-context.ts';
import type { StageView } from './stage-view.ts';

/** A window that was revised so often is likely to be again: then the slices of its own are compacted too. */
const REVISIONS = 1;

/**
 * Whether an earlier firing may have compacted a slice. Of a window that shares its slices with no other, only many firings make that
 * worth while: a stage without overlaps, late data and early results neither compacts nor looks for what was compacted.
 */
export const mayBeCompacted = (
  { compiled: { plan, stage } }: StageContext,
  slice: number,
  { firing }: CutFiring,
): boolean =>
  plan.unordered &&
  (firing.revision > REVISIONS || stage.emit.kind === 'early' || plan.windows.windowsOf(slice).length > 1);

/** How often the slices of a group of firings will be read again after it, and by windows that close when. */
export function sliceFutures(
  context: StageContext,
  view: StageView,
  group: readonly CutFiring[],
): (slice: number) => Future {
  const { plan, stage } = context.compiled;
  const now = new Map(group.map(({ firing }) => [firing.end, firing]));
  const known = new Map<number, Future>();
  const onTime = stage.emit.kind === 'final' ? 0 : 1;
  // Once more to be closed, where events may come until then.
  const closing = stage.allowedLateness > 0 || onTime === 0 ? 1 : 0;
  const compute = (slice: number): Future => {
    // What is merged in another order may differ in its bytes, and one id must have one content.
    if (!plan.unordered) return { reads: 0, closes: Number.POSITIVE_INFINITY };
    let reads = 0;
    let closes = Number.POSITIVE_INFINITY;
    const windows = plan.windows.windowsOf(slice);
    for (const window of windows) {
      const firing = now.get(window.end) ?? view.firings.get(window.end);
      const closed = closesAt(window, stage.allowedLateness);
      if (firing?.final === true || closed <= view.clock.closedUpTo) continue;
      closes = Math.min(closes, closed);
      reads += closing + (firing === undefined ? onTime : Math.max(0, -firing.revision));
    }
    const [only] = windows;
    if (windows.length === 1 && only !== undefined) {
      const { revision = 0, final = true } = now.get(only.end) ?? {};
      const revised = revision < REVISIONS ? 0 : revision + 1;
      return { reads: final ? 0 : Math.max(revised, -revision), closes };
    }
    return { reads, closes };
  };
  return (slice) => {
    const future = known.get(slice) ?? compute(slice);
    known.set(slice, future);
    return future;
  };
}
