import type { Session } from '../pipeline/index.ts';
import { boundaryOf } from './carry.ts';
import type { Cut } from './ledger.ts';
import { readSessions } from './session-view.ts';
import type { StageContext } from './stage-context.ts';
import type { StageView } from './stage-view.ts';

/** Moves a stage's closing on to where everything is final: nothing before it is read any more. */
export async function moveClosing(context: StageContext, view: StageView, closed: number): Promise<void> {
  if (closed <= view.clock.closedUpTo) return;
  const { session } = context.compiled;
  const upTo = session === undefined ? closed : await closeSessions(context, session, view, closed);
  await context.clock.forward('closedUpTo', upTo);
}

/**
 * Prepares a stage with sessions for its closing up to a time, given that all windows with end + delay at or before it are final and
 * that no shard can add to the slices that then are closed. They will be read no more, therefore
 *
 * - every unit that has fired must have done so with a cut that has all of what is in them: of its next revision both cuts do,
 *   then, and what is carried over is the same to both;
 * - what goes on from them must be stored, before the clock says that it is.
 *
 * @returns up to where the stage may be closed, at most `closed`
 */
async function closeSessions(
  context: StageContext,
  session: Session,
  view: StageView,
  closed: number,
): Promise<number> {
  const { compiled } = context;
  const before = boundaryOf(compiled, session, view.clock.closedUpTo);
  const limit = firstUnread(view, before);
  // Just before the units of that slice, which would be the last of it, close.
  const upTo = Math.min(closed, compiled.plan.windows.lastEnd(limit) + compiled.closingDelay - 1);
  const boundary = boundaryOf(compiled, session, upTo);
  if (boundary > before) {
    const cut = new Map(view.shards.map(({ shard, tail }) => [shard, tail.n]));
    const [sessions] = await readSessions(context, session, [cut], view.shards, {
      from: before,
      upTo: boundary,
    });
    const carried = compiled.plan.createMerge();
    sessions?.chains.carryOver(boundary, carried);
    await context.carries.write(boundary, carried, context.ledgerExpiry());
  }
  return upTo;
}

/** The first open slice of which a unit that has fired may not have taken everything into account; Infinity where there is none. */
function firstUnread(view: StageView, first: number): number {
  const cuts: Cut[] = [];
  for (const { end } of view.windows) {
    const firing = view.firings.get(end);
    if (firing === undefined || (firing.final && firing.state === 'done')) continue;
    // Its cut may be fixed any time, with tails that were read before all was fenced.
    if (firing.state === 'claimed' || firing.cut === undefined) return first;
    cuts.push(firing.cut);
  }
  let unread = Number.POSITIVE_INFINITY;
  for (const { shard, tail } of view.shards) {
    const read = cuts.reduce((least, cut) => Math.min(least, cut.get(shard) ?? 0), Number.POSITIVE_INFINITY);
    for (const [slice, [, last]] of tail.open) if (last > read && slice < unread) unread = slice;
  }
  return Math.max(unread, first);
}
