import { checkOutput } from './checks.ts';
import { CLOCK, GHOST, HEAD, WRITER } from './layout.ts';
import type { Machine } from './machine.ts';
import { WRITER_PC } from './pc.ts';
import { forwardClock } from './time.ts';

export function lateStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  b[m.l.ghost + GHOST.emitted]! |= m.of(m.s.writers[index]!, b[w + WRITER.n]!, 'late');
  b[w + WRITER.pc] = WRITER_PC.head;
  checkOutput(m);
  m.emit(`${name} puts out what is late`);
}

export function headStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  advanceHead(m, index);
  b[w + WRITER.pc] = m.s.keepTime === true ? WRITER_PC.keepTime : WRITER_PC.ready;
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
export function timeStep(m: Machine, index: number, name: string) {
  const b = m.begin();
  const w = m.l.writer(index);
  if (b[w + WRITER.pc] === WRITER_PC.keepTime) {
    const started = b[m.l.clock + CLOCK.started] === 1;
    b[w + WRITER.clock] = b[m.l.clock + CLOCK.watermark]!;
    b[w + WRITER.closed] = b[m.l.clock + CLOCK.closed]!;
    const least = m.leastOfHeads();
    const moves = started && (least > b[w + WRITER.clock]! || !m.rules.clockOnlyForward);
    b[w + WRITER.at] = moves ? least : 0;
    b[w + WRITER.pc] = moves ? WRITER_PC.forward : WRITER_PC.ready;
    m.emit(`${name} reads heads and clock`);
    m.begin();
    b[w + WRITER.pc] = WRITER_PC.ready;
    return m.emit(`${name} leaves the clock alone`);
  }
  const to = b[w + WRITER.at]!;
  forwardClock(m, CLOCK.watermark, to);
  b[w + WRITER.clock] = to;
  b[w + WRITER.at] = 0;
  b[w + WRITER.pc] = WRITER_PC.ready;
  m.emit(`${name} moves the clock to ${to}`);
}
