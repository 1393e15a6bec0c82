import { headStep, lateStep, timeStep } from './actions.ts';
import { commitStep } from './commit.ts';
import { SOURCE, WRITER, WRITER_BYTES } from './layout.ts';
import { loadStep } from './load.ts';
import type { Machine } from './machine.ts';
import { WRITER_PC } from './pc.ts';

/** What writer `index` can do next. The first alternative is what it does if nothing goes wrong. */
export function writerSteps(m: Machine, index: number) {
  const pc = m.begin()[m.l.writer(index) + WRITER.pc];
  const name = `writer ${index + 1} of ${m.s.shards[m.s.writers[index]!]!.name}`;
  if (pc === WRITER_PC.idle) return invoke(m, index, name);
  if (pc === WRITER_PC.ready) commitStep(m, index, name);
  else if (pc === WRITER_PC.late) lateStep(m, index, name);
  else if (pc === WRITER_PC.head) headStep(m, index, name);
  else if (pc === WRITER_PC.keepTime || pc === WRITER_PC.forward) timeStep(m, index, name);
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
    if (!m.rules.positionCheck || m.s.expired !== undefined) b[w + WRITER.from] = checkpoint;
    b[w + WRITER.to] = to;
    b[w + WRITER.pc] = b[w + WRITER.valid] === 1 ? WRITER_PC.ready : WRITER_PC.loadHeads;
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
