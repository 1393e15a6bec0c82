import { checkCommit, checkOutput } from './checks.ts';
import { BATCH, CLOCK, COMMIT, GHOST, HEAD, SOURCE, WRITER, WRITER_BYTES } from './layout.ts';
import { loadStep } from './load.ts';
import type { Machine } from './machine.ts';
import { forwardClock } from './time.ts';

/** Where a writer is. */
export const PC = {
  idle: 0,
  loadHeads: 1,
  loadOwn: 2,
  loadAncestors: 3,
  repeat: 4,
  repeatHead: 5,
  ready: 6,
  late: 7,
  head: 8,
  keepTime: 9,
  forward: 10,
} as const;

/** What writer `index` can do next. The first alternative is what it does if nothing goes wrong. */
export function writerSteps(m: Machine, index: number) {
  const pc = m.begin()[m.l.writer(index) + WRITER.pc];
  const name = `writer ${index + 1} of ${m.s.shards[m.s.writers[index]!]!.name}`;
  if (pc === PC.idle) return invoke(m, index, name);
  if (pc === PC.ready) commitStep(m, index, name);
  else if (pc === PC.late) lateStep(m, index, name);
  else if (pc === PC.head) headStep(m, index, name);
  else if (pc === PC.keepTime || pc === PC.forward) timeStep(m, index, name);
  else loadStep(m, index, name);
}

/** Lambda delivers the records after its checkpoint, however many it likes, when no invocation is under way for the shard. */
function invoke(m: Machine, index: number, name: string) {
  const shard = m.s.writers[index]!;
  const source = m.l.source(shard);
  const checkpoint = m.b[source + SOURCE.checkpoint]!;
  const arrived = m.b[source + SOURCE.arrived]!;
  if (m.b[source + SOURCE.exists] === 0) return;
  for (const [other, of] of m.s.writers.entries()) {
    if (of === shard && m.b[m.l.writer(other) + WRITER.current] === 1) return;
  }
  if (m.rules.childAfterParents) {
    for (const parent of m.c.parents[shard]!) {
      if (m.b[m.l.source(parent) + SOURCE.checkpoint]! < m.c.recordsOf(parent)) return;
    }
  }
  for (let to = arrived; to > checkpoint; to--) {
    const b = m.begin();
    const w = m.l.writer(index);
    b[w + WRITER.current] = 1;
    // Only where the position may be lost does it matter where the batch begins.
    if (!m.rules.positionCheck || m.s.expiry === true) b[w + WRITER.from] = checkpoint;
    b[w + WRITER.to] = to;
    b[w + WRITER.pc] = b[w + WRITER.valid] === 1 ? PC.ready : PC.loadHeads;
    m.emit(`${name} is given records ${checkpoint + 1} to ${to}`);
  }
}

/** Things that happen to writers: they die, or Lambda gives them up while they go on. */
export function writerAccidents(m: Machine, index: number) {
  const name = `writer ${index + 1} of ${m.s.shards[m.s.writers[index]!]!.name}`;
  const w = m.l.writer(index);
  let b = m.begin();
  if (m.s.crashes === true && (b[w + WRITER.pc] !== 0 || b[w + WRITER.valid] === 1)) {
    b.fill(0, w, w + WRITER_BYTES);
    m.emit(`${name} dies`);
  }
  b = m.begin();
  if (m.s.timeouts === true && b[w + WRITER.pc] !== 0 && b[w + WRITER.current] === 1) {
    b[w + WRITER.current] = 0;
    m.emit(`${name} is given up by Lambda, and goes on`);
  }
}

function commitStep(m: Machine, index: number, name: string) {
  const w = m.l.writer(index);
  const position = m.rules.positionCheck
    ? Math.max(m.b[w + WRITER.position]!, m.b[w + WRITER.from]!)
    : m.b[w + WRITER.from]!;
  const to = m.b[w + WRITER.to]!;
  if (position >= to) return complete(m, index, name);
  for (let upTo = to; upTo > position; upTo--) {
    if (upTo < to && m.s.parts !== true) break;
    append(m, index, name, position, upTo);
  }
}

/** The invocation succeeds. Its container keeps what it knows. */
function complete(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  const source = m.l.source(m.s.writers[index]!);
  if (b[w + WRITER.current] === 1) {
    b[source + SOURCE.checkpoint] = Math.max(b[source + SOURCE.checkpoint]!, b[w + WRITER.to]!);
  }
  for (const field of [WRITER.pc, WRITER.current, WRITER.from, WRITER.to, WRITER.at]) b[w + field] = 0;
  m.emit(`${name} has finished its batch`);
}

/** (a) to (d): which of the records count, and which are late. */
function fold(m: Machine, index: number, from: number, to: number) {
  const { b, c } = m;
  const at = m.l.writer(index);
  const clock = b[at + WRITER.clock]!;
  const w = m.rules.wNeverFalls ? Math.max(b[at + WRITER.w]!, clock) : clock;
  let ids = b[at + WRITER.ids]!;
  let counted = 0;
  let late = 0;
  let max = b[at + WRITER.max]!;
  const first = c.first[m.s.writers[index]!]!;
  for (let record = first + from; record < first + to; record++) {
    const id = 1 << c.ids[record]!;
    const known = m.rules.idCheck && (ids & id) !== 0;
    if (c.closesAt(c.times[record]!) <= w) {
      if (!known || !m.rules.dedupeBeforeLateness) late |= 1 << record;
    } else if (!known) {
      ids |= id;
      counted |= 1 << record;
      max = Math.max(max, c.times[record]!);
    }
  }
  return { from, to, counted, late, w, max, ids };
}

function append(m: Machine, index: number, name: string, from: number, to: number) {
  const b = m.begin();
  const w = m.l.writer(index);
  const shard = m.s.writers[index]!;
  const n = b[w + WRITER.n]! + 1;
  const batch = fold(m, index, from, to);
  if (!m.rules.lateAfterCommit && batch.late !== 0 && b[w + WRITER.late] === 0) {
    b[m.l.ghost + GHOST.emitted]! |= batch.late;
    b[w + WRITER.late] = 1;
    checkOutput(m);
    return m.emit(`${name} puts out what is late`);
  }
  if (n > m.s.commits) throw new RangeError(`${m.s.name}: the log needs more than ${m.s.commits} items`);
  if (m.rules.conditionalCommit && m.of(shard, n, 'kind') !== 0) {
    const { from: first, to: last, current } = WRITER;
    const batchBefore = [b[w + first]!, b[w + last]!, b[w + current]!] as const;
    b.fill(0, w, w + WRITER_BYTES);
    [b[w + first], b[w + last], b[w + current]] = batchBefore;
    b[w + WRITER.pc] = PC.loadHeads;
    return m.emit(`${name} finds commit ${n} there already, and starts again`);
  }
  const open = m.open(b[w + WRITER.open]!, b[w + WRITER.closed]!) | m.slicesOf(batch.counted);
  const write = () => {
    const at = m.l.commit(shard, n);
    const { counted, late, max } = batch;
    const item = { kind: BATCH, to, w: batch.w, counted, late, open, max, lastBatch: n };
    for (const field of Object.keys(COMMIT) as (keyof typeof COMMIT)[]) b[at + COMMIT[field]] = item[field];
    checkCommit(m, shard, batch);
  };
  const label = `commit ${n} with records ${from + 1} to ${to}, w = ${batch.w}`;
  write();
  b[w + WRITER.n] = n;
  b[w + WRITER.position] = to;
  if (!m.rules.positionCheck) b[w + WRITER.from] = to;
  b[w + WRITER.w] = batch.w;
  b[w + WRITER.ids] = batch.ids;
  b[w + WRITER.max] = batch.max;
  b[w + WRITER.lastBatch] = n;
  b[w + WRITER.open] = open;
  b[w + WRITER.late] = 0;
  b[w + WRITER.pc] = batch.late !== 0 && m.rules.lateAfterCommit ? PC.late : PC.head;
  m.emit(`${name} puts ${label}`);
  if (m.s.ambiguous !== true) return;
  m.begin();
  write();
  m.emit(`${name} puts ${label}; the answer is lost, the request is sent again`);
  if (m.rules.reloadAfterError) return;
  m.begin();
  b[w + WRITER.ids] = batch.ids;
  for (const field of [WRITER.pc, WRITER.current, WRITER.from, WRITER.to]) b[w + field] = 0;
  m.emit(`${name} fails to put ${label}, and keeps what it has in memory`);
}

function lateStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  b[m.l.ghost + GHOST.emitted]! |= m.of(m.s.writers[index]!, b[w + WRITER.n]!, 'late');
  b[w + WRITER.pc] = PC.head;
  checkOutput(m);
  m.emit(`${name} puts out what is late`);
}

function headStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  advanceHead(m, index);
  b[w + WRITER.pc] = m.s.keepTime === true ? PC.keepTime : PC.ready;
  m.emit(`${name} says in the head that commit ${b[w + WRITER.n]} is done`);
}

export function advanceHead(m: Machine, index: number) {
  const { b } = m;
  const w = m.l.writer(index);
  const head = m.l.head(m.s.writers[index]!);
  const n = b[w + WRITER.n]!;
  if (b[head + HEAD.known] === 1 && m.rules.headOnlyRises && b[head + HEAD.n]! >= n) return;
  b[head + HEAD.known] = 1;
  b[head + HEAD.n] = n;
  b[head + HEAD.position] = b[w + WRITER.position]!;
  b[head + HEAD.max] = b[w + WRITER.max]!;
}

/** Reads heads and clock, then moves the clock. It is not done after every commit. */
function timeStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  if (b[w + WRITER.pc] === PC.keepTime) {
    const started = b[m.l.clock + CLOCK.started] === 1;
    b[w + WRITER.clock] = b[m.l.clock + CLOCK.watermark]!;
    b[w + WRITER.closed] = b[m.l.clock + CLOCK.closed]!;
    const least = m.leastOfHeads();
    const moves = started && (least > b[w + WRITER.clock]! || !m.rules.clockOnlyForward);
    b[w + WRITER.at] = moves ? least : 0;
    b[w + WRITER.pc] = moves ? PC.forward : PC.ready;
    m.emit(`${name} reads heads and clock`);
    m.begin();
    b[w + WRITER.pc] = PC.ready;
    return m.emit(`${name} leaves the clock alone`);
  }
  const to = b[w + WRITER.at]!;
  forwardClock(m, CLOCK.watermark, to);
  b[w + WRITER.clock] = to;
  b[w + WRITER.at] = 0;
  b[w + WRITER.pc] = PC.ready;
  m.emit(`${name} moves the clock to ${to}`);
}
