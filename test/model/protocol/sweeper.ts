import { CLOCK, HEAD, SOURCE, SWEEPER } from './layout.ts';
import type { Machine } from './machine.ts';
import { SWEEPER_PC } from './pc.ts';
import { moveClock, probe, retire } from './probe.ts';
import { isListed, isSeen, readHeads, reset } from './sweep-state.ts';
import { forwardClock } from './time.ts';

/** What the sweeper can do next: one call at a time. */
export function sweeperSteps(m: Machine) {
  const b = m.begin();
  const at = m.l.sweeper;
  switch (b[at + SWEEPER.pc]) {
    case SWEEPER_PC.idle:
      if (m.rules.headsBeforeProbe) readHeads(m);
      b[at + SWEEPER.pc] = SWEEPER_PC.list;
      return m.emit('the sweeper reads heads and clock');
    case SWEEPER_PC.list:
      return list(m);
    case SWEEPER_PC.register:
      return register(m);
    case SWEEPER_PC.start:
      b[m.l.clock + CLOCK.started] = 1;
      b[at + SWEEPER.changed] = 1;
      b[at + SWEEPER.pc] = SWEEPER_PC.again;
      return m.emit('the sweeper starts the clock');
    case SWEEPER_PC.again:
      readHeads(m);
      b[at + SWEEPER.pc] = SWEEPER_PC.probe;
      return m.emit('the sweeper reads the heads again');
    case SWEEPER_PC.probe:
      return probe(m);
    case SWEEPER_PC.retire:
      return retire(m);
    case SWEEPER_PC.move:
      return moveClock(m);
    default:
      forwardClock(m, CLOCK.fires, m.c.horizon);
      reset(m);
      return m.emit('the sweeper lets windows fire in the silence');
  }
}

export function sweeperAccidents(m: Machine) {
  const b = m.begin();
  if (m.s.crashes !== true || b[m.l.sweeper + SWEEPER.pc] === SWEEPER_PC.idle) return;
  reset(m);
  m.emit('the sweeper dies');
}

function list(m: Machine) {
  const b = m.b;
  for (let shard = 0; shard < m.c.shards; shard++) {
    if (b[m.l.source(shard) + SOURCE.exists] === 1) b[m.l.sweeper + SWEEPER.listed]! |= 1 << shard;
  }
  if (!m.rules.headsBeforeProbe) {
    // Broken: positions of the probes come from here, the times from a later reading.
    readHeads(m);
  }
  b[m.l.sweeper + SWEEPER.pc] = SWEEPER_PC.register;
  b[m.l.sweeper + SWEEPER.at] = 0;
  skipKnown(m);
  m.emit('the sweeper lists the shards');
}

/** Goes on to the next listed shard without a head, or past the registration. */
function skipKnown(m: Machine) {
  const { b } = m;
  const at = m.l.sweeper;
  for (; b[at + SWEEPER.at]! < m.c.shards; b[at + SWEEPER.at]!++) {
    const shard = b[at + SWEEPER.at]!;
    const leftOut = !m.rules.registerAll;
    if (isListed(m, shard) && !isSeen(m, shard) && !leftOut) return;
  }
  b[at + SWEEPER.at] = 0;
  if (b[m.l.clock + CLOCK.started] === 0) b[at + SWEEPER.pc] = SWEEPER_PC.start;
  else b[at + SWEEPER.pc] = b[at + SWEEPER.changed] === 1 ? SWEEPER_PC.again : SWEEPER_PC.probe;
}

function register(m: Machine) {
  const b = m.b;
  const at = m.l.sweeper;
  const shard = b[at + SWEEPER.at]!++;
  b[m.l.head(shard) + HEAD.known] = 1;
  b[at + SWEEPER.changed] = 1;
  skipKnown(m);
  m.emit(`the sweeper registers ${m.s.shards[shard]!.name}`);
}
