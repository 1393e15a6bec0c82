import { advanceHead } from './actions.ts';
import { checkOutput, inSlices } from './checks.ts';
import { CLOCK, GHOST, HEAD, WRITER } from './layout.ts';
import type { Machine } from './machine.ts';
import { WRITER_PC } from './pc.ts';

/** A cold start, call by call: heads and clock, the own log, the ancestors' logs, and the actions that may be undone. */
export function loadStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  switch (b[w + WRITER.pc]) {
    case WRITER_PC.loadHeads:
      return loadHeads(m, index, name);
    case WRITER_PC.loadOwn:
      loadOwn(m, index);
      return m.emit(`${name} reads its log`);
    case WRITER_PC.loadAncestors:
      loadAncestor(m, index);
      return m.emit(`${name} reads an ancestor's log`);
    case WRITER_PC.repeat: {
      const n = b[w + WRITER.at]!;
      const shard = m.s.writers[index]!;
      if (m.of(shard, n, 'kind') === 0) m.wrong('a gap in the log');
      b[m.l.ghost + GHOST.emitted]! |= m.of(shard, n, 'late');
      const last = n >= b[w + WRITER.lastBatch]!;
      b[w + WRITER.at] = last ? 0 : n + 1;
      b[w + WRITER.pc] = last ? WRITER_PC.repeatHead : WRITER_PC.repeat;
      checkOutput(m);
      return m.emit(`${name} repeats the actions of commit ${n}`);
    }
    default:
      advanceHead(m, index);
      b[w + WRITER.pc] = WRITER_PC.ready;
      return m.emit(`${name} says in the head that commit ${b[w + WRITER.n]} is done`);
  }
}

function loadHeads(m: Machine, index: number, name: string) {
  const b = m.b;
  const w = m.l.writer(index);
  const head = m.l.head(m.s.writers[index]!);
  const read = (clock: number, closed: number) => {
    b[w + WRITER.head] = b[head + HEAD.n]!;
    b[w + WRITER.position] = b[head + HEAD.position]!;
    b[w + WRITER.max] = b[head + HEAD.max]!;
    b[w + WRITER.clock] = clock;
    b[w + WRITER.closed] = closed;
    b[w + WRITER.pc] = WRITER_PC.loadOwn;
  };
  read(b[m.l.clock + CLOCK.watermark]!, b[m.l.clock + CLOCK.closed]!);
  m.emit(`${name} reads heads and clock`);
  if (m.s.staleClock !== true || b[m.l.clock + CLOCK.watermark] === 0) return;
  m.begin();
  read(0, 0);
  m.emit(`${name} reads the heads, and an old clock`);
}

function loadOwn(m: Machine, index: number) {
  const b = m.b;
  const w = m.l.writer(index);
  const shard = m.s.writers[index]!;
  const n = m.last(shard);
  const head = b[w + WRITER.head]!;
  if (n > 0 && (n >= head || !m.rules.loadFromHead)) {
    b[w + WRITER.n] = n;
    b[w + WRITER.position] = m.of(shard, n, 'to');
    b[w + WRITER.w] = m.of(shard, n, 'w');
    b[w + WRITER.max] = m.of(shard, n, 'max');
    b[w + WRITER.lastBatch] = m.of(shard, n, 'lastBatch');
    b[w + WRITER.open] = m.open(m.of(shard, n, 'open'), b[w + WRITER.closed]!);
    b[w + WRITER.ids] = idsOfLog(m, shard, b[w + WRITER.open]!);
  } else {
    b[w + WRITER.n] = head;
    b[w + WRITER.lastBatch] = head;
  }
  b[w + WRITER.valid] = 1;
  if (m.c.ancestors[shard]!.length > 0) b[w + WRITER.pc] = WRITER_PC.loadAncestors;
  else loaded(m, index);
}

function idsOfLog(m: Machine, shard: number, open: number): number {
  let records = 0;
  let first = 0;
  for (let n = 1; n <= m.s.commits; n++) {
    const found = inSlices(m, m.of(shard, n, 'counted'), open);
    if (found !== 0 && first === 0) first = n;
    if (first !== 0 && n < m.last(shard) && m.of(shard, n, 'kind') === 0) m.wrong('a gap in the log');
    records |= found;
  }
  return m.idsOf(records);
}

function loadAncestor(m: Machine, index: number) {
  const { b, c, rules } = m;
  const w = m.l.writer(index);
  const shard = m.s.writers[index]!;
  const at = b[w + WRITER.at]!;
  const ancestor = c.ancestors[shard]![at]!;
  const n = m.last(ancestor);
  const reads =
    rules.ancestorIds &&
    (rules.ancestorIdsEveryLoad || b[w + WRITER.n] === 0) &&
    (rules.allAncestors || c.isChildOf(shard, ancestor));
  if (n > 0) {
    if (reads) {
      const open = m.open(m.of(ancestor, n, 'open'), b[w + WRITER.closed]!);
      b[w + WRITER.ids]! |= idsOfLog(m, ancestor, open);
    }
    if (rules.ancestorW) b[w + WRITER.w] = Math.max(b[w + WRITER.w]!, m.of(ancestor, n, 'w'));
  }
  if (at + 1 < c.ancestors[shard]!.length) {
    b[w + WRITER.at] = at + 1;
    return;
  }
  b[w + WRITER.at] = 0;
  loaded(m, index);
}

/** The head says whose actions are done. What was committed beyond it may not have been acted on. */
function loaded(m: Machine, index: number) {
  const { b } = m;
  const w = m.l.writer(index);
  const head = b[w + WRITER.head]!;
  b[w + WRITER.head] = 0;
  if (head >= b[w + WRITER.lastBatch]! || !m.rules.repeatActions) b[w + WRITER.pc] = WRITER_PC.ready;
  else {
    b[w + WRITER.at] = head + 1;
    b[w + WRITER.pc] = WRITER_PC.repeat;
  }
}
