import { checkCommit, checkOutput } from './checks.ts';
import { BATCH, COMMIT, GHOST, SOURCE, WRITER, WRITER_BYTES } from './layout.ts';
import type { Machine } from './machine.ts';
import { WRITER_PC } from './pc.ts';

export function commitStep(m: Machine, index: number, name: string) {
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
    b[w + WRITER.pc] = WRITER_PC.loadHeads;
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
  b[w + WRITER.pc] = batch.late !== 0 && m.rules.lateAfterCommit ? WRITER_PC.late : WRITER_PC.head;
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
