import { checkEmission, inSlices } from './checks.ts';
import { dueFirings } from './due.ts';
import { fenceStep } from './fence.ts';
import { CLAIMED, CLOCK, DONE, FIRER, HEAD, LEDGER, SIGHT } from './layout.ts';
import type { Machine } from './machine.ts';
import { forwardClock } from './time.ts';

/** Where a firing is. */
export const PC = {
  idle: 0,
  view: 1,
  close: 2,
  fenceHeads: 3,
  fenceList: 4,
  fenceRead: 5,
  fenceAppend: 6,
  claim: 7,
  cutHeads: 8,
  cutTails: 9,
  cut: 10,
  emit: 11,
  done: 12,
  look: 13,
} as const;

/** What firer `index` can do next: one call at a time. */
export function firerSteps(m: Machine, index: number) {
  const b = m.begin();
  const f = m.l.firer(index);
  const name = `firer ${index + 1}`;
  const window = b[f + FIRER.window]!;
  const firing = m.l.firing(window);
  const end = m.c.windows[window];
  let label: string;
  switch (b[f + FIRER.pc]) {
    case PC.idle:
      if (b[m.l.clock + CLOCK.started] === 0) return;
      return readHeads(m, f, name);
    case PC.look:
      return readHeads(m, f, name);
    case PC.view:
      return dueFirings(m, index, name);
    case PC.close:
      forwardClock(m, CLOCK.closed, b[f + FIRER.closeTo]!);
      b[f + FIRER.closeTo] = 0;
      afterView(m, f);
      return m.emit(`${name} moves closed-up-to to ${b[m.l.clock + CLOCK.closed]}`);
    case PC.claim:
      return claim(m, index, name);
    case PC.cutHeads:
      b[f + FIRER.heads] = knownHeads(m);
      b[f + FIRER.pc] = PC.cutTails;
      return m.emit(`${name} reads the heads`);
    case PC.cutTails:
      readTails(m, index);
      b[f + FIRER.heads] = 0;
      b[f + FIRER.pc] = PC.cut;
      return m.emit(`${name} reads the tails`);
    case PC.cut:
      return cut(m, index, name);
    case PC.emit:
      return emitResults(m, index, name);
    case PC.done:
      if (b[firing + LEDGER.state] === CLAIMED && b[firing + LEDGER.rev] === b[f + FIRER.rev]) {
        b[firing + LEDGER.state] = DONE;
      } else if (!m.rules.doneConditional) b[firing + LEDGER.state] = DONE;
      label = `${name} says that revision ${b[f + FIRER.rev]} of the window up to ${end} is done`;
      again(m, index);
      return m.emit(label);
    default:
      return fenceStep(m, index, name);
  }
}

export function firerAccidents(m: Machine, index: number) {
  m.begin();
  if (m.s.crashes !== true || m.firerIdle(index)) return;
  reset(m, index);
  m.emit(`firer ${index + 1} dies`);
}

export function reset(m: Machine, index: number) {
  m.b.fill(0, m.l.firer(index), m.l.firer(index) + m.l.firerBytes);
}

/** The same invocation looks for more to fire; it knows up to where it has fenced. */
function again(m: Machine, index: number) {
  const f = m.l.firer(index);
  const fenced = m.b[f + FIRER.fenced]!;
  reset(m, index);
  m.b[f + FIRER.fenced] = fenced;
  // Without a closing, the next look is no different from a new invocation.
  if (fenced > 0) m.b[f + FIRER.pc] = PC.look;
}

export function knownHeads(m: Machine): number {
  let mask = 0;
  for (let shard = 0; shard < m.c.shards; shard++)
    if (m.b[m.l.head(shard) + HEAD.known] === 1) mask |= 1 << shard;
  return mask;
}

function readHeads(m: Machine, f: number, name: string) {
  const { b } = m;
  const clock = m.l.clock;
  b[f + FIRER.watermark] = Math.max(b[clock + CLOCK.watermark]!, b[clock + CLOCK.hinted]!);
  b[f + FIRER.fires] = Math.max(b[f + FIRER.watermark]!, b[clock + CLOCK.fires]!);
  b[f + FIRER.closed] = b[clock + CLOCK.closed]!;
  b[clock + CLOCK.hinted] = 0;
  b[f + FIRER.heads] = knownHeads(m);
  b[f + FIRER.pc] = PC.view;
  m.emit(`${name} reads heads and clock`);
}

/** After the view: nothing to do, or the closing's fences, or the claim. */
export function afterView(m: Machine, f: number) {
  const { b } = m;
  // What is not needed any more is forgotten: states that differ in nothing else are one.
  b[f + FIRER.heads] = 0;
  b[f + FIRER.fires] = 0;
  b[f + FIRER.closed] = 0;
  if (b[f + FIRER.closeTo] !== 0) b[f + FIRER.pc] = PC.close;
  else if (b[f + FIRER.todo] === 0) b.fill(0, f, f + m.l.firerBytes);
  else {
    b[f + FIRER.todo] = 0;
    const closing = b[f + FIRER.final] === 1 && b[f + FIRER.taken] === 0;
    b[f + FIRER.pc] = closing && m.rules.fence ? PC.fenceHeads : PC.claim;
    if (closing) b[f + FIRER.fenced] = b[f + FIRER.watermark]!;
    if (b[f + FIRER.pc] === PC.claim) b[f + FIRER.watermark] = 0;
  }
}

function claim(m: Machine, index: number, name: string) {
  const { b, c, l, rules } = m;
  const f = l.firer(index);
  const window = b[f + FIRER.window]!;
  const firing = l.firing(window);
  const rev = b[f + FIRER.rev]!;
  const end = c.windows[window];
  const state = b[firing + LEDGER.state];
  if (b[f + FIRER.taken] === 1) {
    if (state !== CLAIMED || b[firing + LEDGER.rev] !== rev) {
      reset(m, index);
      return m.emit(`${name} finds nothing to take over`);
    }
    if (!rules.takeoverKeepsCut) b[firing + LEDGER.hasCut] = 0;
    b[f + FIRER.pc] = PC.cutHeads;
    return m.emit(`${name} takes revision ${rev} of the window up to ${end} over`);
  }
  const free = rev === 0 ? state === 0 : state === DONE && b[firing + LEDGER.rev] === rev - 1;
  if (rules.claimCondition && !free) {
    reset(m, index);
    return m.emit(`${name} finds revision ${rev} of the window up to ${end} claimed`);
  }
  b[firing + LEDGER.state] = CLAIMED;
  b[firing + LEDGER.rev] = rev;
  b[firing + LEDGER.final] = b[f + FIRER.final]!;
  b[firing + LEDGER.hasCut] = 0;
  for (let shard = 0; shard < c.shards; shard++) {
    b[l.cut(window, shard)] = 0;
    b[l.previousCut(window, shard)] = b[l.sight(index, shard) + SIGHT.previous]!;
  }
  b[f + FIRER.pc] = rules.cutAfterClaim ? PC.cutHeads : PC.cut;
  m.emit(`${name} claims ${b[f + FIRER.final] ? 'final ' : ''}revision ${rev} of the window up to ${end}`);
}

/** Every known shard's tail: its number, and where the window's slices begin. */
export function readTails(m: Machine, index: number) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const slices = c.slicesOf(c.windows[b[f + FIRER.window]!]!);
  for (let shard = 0; shard < c.shards; shard++) {
    if ((b[f + FIRER.heads]! & (1 << shard)) === 0) continue;
    const n = m.last(shard);
    const sight = l.sight(index, shard);
    b[sight + SIGHT.n] = n;
    b[sight + SIGHT.first] = n === 0 ? 0 : firstOf(m, shard, n, slices & m.of(shard, n, 'open'));
  }
}

function firstOf(m: Machine, shard: number, n: number, slices: number): number {
  for (let at = 1; at <= n; at++) if (inSlices(m, m.of(shard, at, 'counted'), slices) !== 0) return at;
  return 0;
}

function cut(m: Machine, index: number, name: string) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const window = b[f + FIRER.window]!;
  const firing = l.firing(window);
  const claimed = b[firing + LEDGER.state] === CLAIMED && b[firing + LEDGER.rev] === b[f + FIRER.rev];
  const taken = b[f + FIRER.taken] === 1 && b[firing + LEDGER.hasCut] === 1;
  if (!claimed && (m.rules.confirmTakeover || b[f + FIRER.taken] === 0)) {
    reset(m, index);
    return m.emit(`${name} finds that the revision is over`);
  }
  if (claimed && (b[firing + LEDGER.hasCut] === 0 || !m.rules.cutOnce)) {
    b[firing + LEDGER.hasCut] = 1;
    for (let shard = 0; shard < c.shards; shard++)
      b[l.cut(window, shard)] = b[l.sight(index, shard) + SIGHT.n]!;
  }
  for (let shard = 0; shard < c.shards; shard++) {
    b[l.sight(index, shard) + SIGHT.n] = b[l.cut(window, shard)]!;
    b[l.sight(index, shard) + SIGHT.previous] = b[l.previousCut(window, shard)]!;
  }
  b[f + FIRER.pc] = PC.emit;
  m.emit(taken ? `${name} keeps the cut that is there` : `${name} sets the cut`);
}

/** The events of a window at a cut, from the commits that belong to it. */
function merge(m: Machine, index: number, bound: number): number {
  const { b, c, l } = m;
  const end = c.windows[b[l.firer(index) + FIRER.window]!]!;
  let records = 0;
  for (let shard = 0; shard < c.shards; shard++) {
    const sight = l.sight(index, shard);
    const first = b[sight + SIGHT.first]!;
    if (first === 0) continue;
    for (let n = first; n <= b[sight + bound]!; n++) {
      if (m.rules.lateCommitsStayOut && m.of(shard, n, 'w') >= c.windowCloses(end)) continue;
      records |= m.of(shard, n, 'counted');
    }
  }
  return m.idsOf(inSlices(m, records, c.slicesOf(end)));
}

function emitResults(m: Machine, index: number, name: string) {
  const { b, l } = m;
  const f = l.firer(index);
  const rev = b[f + FIRER.rev]!;
  const final = b[f + FIRER.final] === 1;
  const window = b[f + FIRER.window]!;
  const ids = merge(m, index, SIGHT.n);
  const same = rev > 0 && !final && merge(m, index, SIGHT.previous) === ids;
  // A result is emitted per key that the merge found: of nothing, there is none.
  if (!same && ids !== 0) checkEmission(m, window, rev, ids, final);
  for (let shard = 0; shard < m.c.shards; shard++)
    b.fill(0, l.sight(index, shard), l.sight(index, shard) + 3);
  b[f + FIRER.pc] = PC.done;
  m.emit(`${name} emits revision ${rev} of the window up to ${m.c.windows[window]}: ${names(m, ids)}`);
}

const names = (m: Machine, ids: number): string =>
  `{${m.c.idNames.filter((_, id) => ids & (1 << id)).join(' ')}}`;
