import { afterView } from './firing.ts';
import { CLAIMED, DONE, FIRER, LEDGER, REVISIONS, SIGHT } from './layout.ts';
import type { Machine } from './machine.ts';

/** The second half of a view: tails and ledger; from it, what is due, and up to where everything is closed. */
export function dueFirings(m: Machine, index: number, name: string) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const closeTo = closedUpTo(m, index);
  let any = false;
  // What does not close goes first, as in the implementation.
  for (const closing of [false, true]) {
    for (let window = 0; window < c.windows.length; window++) {
      m.begin();
      if (!isOpen(m, index, window) || !isDue(m, index, window)) continue;
      const firing = l.firing(window);
      const end = c.windows[window]!;
      const taken = b[firing + LEDGER.state] === CLAIMED;
      const final = taken ? b[firing + LEDGER.final] === 1 : b[f + FIRER.watermark]! >= c.windowCloses(end);
      if (final !== closing) continue;
      any = true;
      choose(m, index, window, taken, final, closeTo);
      m.emit(`${name} reads tails and ledger: the window up to ${end} is to be ${what(taken, final)}`);
    }
  }
  if (any) return;
  m.begin();
  b[f + FIRER.closeTo] = closeTo;
  afterView(m, f);
  m.emit(`${name} reads tails and ledger: nothing is due`);
}

const what = (taken: boolean, final: boolean): string => (taken ? 'taken over' : final ? 'closed' : 'fired');

function choose(m: Machine, index: number, window: number, taken: boolean, final: boolean, closeTo: number) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const firing = l.firing(window);
  const state = b[firing + LEDGER.state];
  const rev = state === DONE ? b[firing + LEDGER.rev]! + 1 : b[firing + LEDGER.rev]!;
  if (rev >= REVISIONS) throw new RangeError(`${m.s.name}: more than ${REVISIONS} revisions`);
  b[f + FIRER.window] = window;
  b[f + FIRER.rev] = rev;
  b[f + FIRER.taken] = taken ? 1 : 0;
  b[f + FIRER.final] = final ? 1 : 0;
  for (let shard = 0; shard < c.shards; shard++) {
    const sight = l.sight(index, shard);
    b[sight + SIGHT.previous] = state === DONE ? b[l.cut(window, shard)]! : 0;
    if (!m.rules.cutAfterClaim) sightBeforeClaim(m, index, shard);
  }
  b[f + FIRER.todo] = 1;
  b[f + FIRER.closeTo] = closeTo;
  afterView(m, f);
}

/** Broken: the cut is what the view had seen. */
function sightBeforeClaim(m: Machine, index: number, shard: number) {
  const { b, c, l } = m;
  const slices = c.slicesOf(c.windows[b[l.firer(index) + FIRER.window]!]!);
  const sight = l.sight(index, shard);
  b[sight + SIGHT.n] = m.last(shard);
  b[sight + SIGHT.first] = 0;
  for (let n = m.last(shard); n > 0; n--) {
    if ((m.slicesOf(m.of(shard, n, 'counted')) & slices) !== 0) b[sight + SIGHT.first] = n;
  }
}

/** Whether a window is in the view: some known shard's tail holds one of its slices, and it is not closed. */
function isOpen(m: Machine, index: number, window: number): boolean {
  const { b, c } = m;
  const f = m.l.firer(index);
  const end = c.windows[window]!;
  if (c.windowCloses(end) <= b[f + FIRER.closed]!) return false;
  const slices = c.slicesOf(end);
  for (let shard = 0; shard < c.shards; shard++) {
    if ((b[f + FIRER.heads]! & (1 << shard)) === 0) continue;
    const n = m.last(shard);
    if (n > 0 && (m.of(shard, n, 'open') & slices) !== 0) return true;
  }
  return false;
}

function isDue(m: Machine, index: number, window: number): boolean {
  const { b, c, l } = m;
  const f = l.firer(index);
  const firing = l.firing(window);
  const end = c.windows[window]!;
  if (end > b[f + FIRER.fires]!) return false;
  const state = b[firing + LEDGER.state];
  // A lease may always be over: the one who had it is slow, not dead.
  if (state === CLAIMED) return true;
  if (state === 0) return true;
  if (b[firing + LEDGER.final] === 1) return false;
  return b[f + FIRER.watermark]! >= c.windowCloses(end) || isTouched(m, index, window);
}

/** Whether some shard has committed to the window's slices beyond the cut. */
function isTouched(m: Machine, index: number, window: number): boolean {
  const { b, c, l } = m;
  const slices = c.slicesOf(c.windows[window]!);
  for (let shard = 0; shard < c.shards; shard++) {
    if ((b[l.firer(index) + FIRER.heads]! & (1 << shard)) === 0) continue;
    const n = m.last(shard);
    if (n === 0) continue;
    const open = m.of(shard, n, 'open') & slices;
    for (let at = b[l.cut(window, shard)]! + 1; at <= n; at++) {
      if ((m.slicesOf(m.of(shard, at, 'counted')) & open) !== 0) return true;
    }
  }
  return false;
}

/** Up to where every window is final, given what this invocation has fenced. 0: no further than before. */
function closedUpTo(m: Machine, index: number): number {
  const { b, c, l } = m;
  const f = l.firer(index);
  const fenced = b[f + FIRER.fenced]!;
  let to = fenced;
  for (let window = c.windows.length - 1; window >= 0; window--) {
    const firing = l.firing(window);
    const final = b[firing + LEDGER.state] === DONE && b[firing + LEDGER.final] === 1;
    if (!final && isOpen(m, index, window)) to = Math.min(fenced, c.windowCloses(c.windows[window]!) - 1);
  }
  return to > b[f + FIRER.closed]! ? to : 0;
}
