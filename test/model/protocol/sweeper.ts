import { CLOCK, HEAD, SEEN, SEEN_BYTES, SOURCE, SWEEPER } from './layout.ts';
import type { Machine } from './machine.ts';
import { forwardClock } from './time.ts';

const PC = {
  idle: 0,
  list: 1,
  register: 2,
  start: 3,
  again: 4,
  probe: 5,
  retire: 6,
  move: 7,
  fires: 8,
} as const;
const PROBE = { unread: 1, empty: 2, ended: 3 } as const;

/** What the sweeper can do next: one call at a time. */
export function sweeperSteps(m: Machine) {
  const b = m.begin();
  const at = m.l.sweeper;
  switch (b[at + SWEEPER.pc]) {
    case PC.idle:
      if (m.rules.headsBeforeProbe) readHeads(m);
      b[at + SWEEPER.pc] = PC.list;
      return m.emit('the sweeper reads heads and clock');
    case PC.list:
      return list(m);
    case PC.register:
      return register(m);
    case PC.start:
      b[m.l.clock + CLOCK.started] = 1;
      b[at + SWEEPER.changed] = 1;
      b[at + SWEEPER.pc] = PC.again;
      return m.emit('the sweeper starts the clock');
    case PC.again:
      readHeads(m);
      b[at + SWEEPER.pc] = PC.probe;
      return m.emit('the sweeper reads the heads again');
    case PC.probe:
      return probe(m);
    case PC.retire:
      return retire(m);
    case PC.move:
      return moveClock(m);
    default:
      forwardClock(m, CLOCK.fires, m.c.horizon);
      reset(m);
      return m.emit('the sweeper lets windows fire in the silence');
  }
}

export function sweeperAccidents(m: Machine) {
  const b = m.begin();
  if (m.s.crashes !== true || b[m.l.sweeper + SWEEPER.pc] === PC.idle) return;
  reset(m);
  m.emit('the sweeper dies');
}

function reset(m: Machine) {
  m.b.fill(0, m.l.sweeper, m.l.seen(m.c.shards));
}

function readHeads(m: Machine) {
  for (let shard = 0; shard < m.c.shards; shard++) {
    const head = m.l.head(shard);
    m.b.copyWithin(m.l.seen(shard), head, head + SEEN_BYTES - 1);
  }
}

const isSeen = (m: Machine, shard: number): boolean => m.b[m.l.seen(shard) + SEEN.known] === 1;
const isLive = (m: Machine, shard: number): boolean =>
  isSeen(m, shard) && m.b[m.l.seen(shard) + SEEN.retired] === 0;
const isListed = (m: Machine, shard: number): boolean =>
  (m.b[m.l.sweeper + SWEEPER.listed]! & (1 << shard)) !== 0;

function list(m: Machine) {
  const b = m.b;
  for (let shard = 0; shard < m.c.shards; shard++) {
    if (b[m.l.source(shard) + SOURCE.exists] === 1) b[m.l.sweeper + SWEEPER.listed]! |= 1 << shard;
  }
  if (!m.rules.headsBeforeProbe) {
    // Broken: positions of the probes come from here, the times from a later reading.
    readHeads(m);
  }
  b[m.l.sweeper + SWEEPER.pc] = PC.register;
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
  if (b[m.l.clock + CLOCK.started] === 0) b[at + SWEEPER.pc] = PC.start;
  else b[at + SWEEPER.pc] = b[at + SWEEPER.changed] === 1 ? PC.again : PC.probe;
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

/** Looks behind a live head; also behind one that has moved lately, which the implementation leaves for the next sweep. */
function probe(m: Machine) {
  const { b, l } = m;
  const at = l.sweeper;
  const shard = b[at + SWEEPER.at]!++;
  const { arrived, closed } = SOURCE;
  if (isLive(m, shard)) {
    const rest = b[l.source(shard) + arrived]! - b[l.seen(shard) + SEEN.position]!;
    const ended = b[l.source(shard) + closed] === 1;
    let found: number = rest > 0 ? PROBE.unread : ended ? PROBE.ended : PROBE.empty;
    if (!m.rules.probeIdle && found === PROBE.unread) found = PROBE.empty;
    if (!m.rules.retireConsumed && ended) found = PROBE.ended;
    b[l.seen(shard) + SEEN.probe] = found;
  }
  if (shard + 1 === m.c.shards) {
    b[at + SWEEPER.at] = 0;
    b[at + SWEEPER.pc] = PC.retire;
    if (!m.rules.headsBeforeProbe) {
      for (let one = 0; one < m.c.shards; one++) b[l.seen(one) + SEEN.max] = b[l.head(one) + HEAD.max]!;
    }
    skipUnconsumed(m);
  }
  m.emit(`the sweeper probes ${m.s.shards[shard]!.name}`);
}

function mayRetire(m: Machine, shard: number): boolean {
  if (!isLive(m, shard) || m.b[m.l.seen(shard) + SEEN.probe] !== PROBE.ended) return false;
  if (!m.rules.retireAfterChildren) return true;
  let children = 0;
  for (let child = 0; child < m.c.shards; child++) {
    if (!m.c.isChildOf(child, shard) || !isListed(m, child)) continue;
    children++;
    if (!isSeen(m, child)) return false;
  }
  return children > 0;
}

function skipUnconsumed(m: Machine) {
  const at = m.l.sweeper;
  while (m.b[at + SWEEPER.at]! < m.c.shards && !mayRetire(m, m.b[at + SWEEPER.at]!)) m.b[at + SWEEPER.at]!++;
  if (m.b[at + SWEEPER.at] === m.c.shards) decide(m);
}

function retire(m: Machine) {
  const { b, l } = m;
  const shard = b[l.sweeper + SWEEPER.at]!++;
  const head = l.head(shard);
  if (b[head + HEAD.n] === b[l.seen(shard) + SEEN.n]) b[head + HEAD.retired] = 1;
  b[l.seen(shard) + SEEN.retired] = 1;
  skipUnconsumed(m);
  m.emit(`the sweeper retires ${m.s.shards[shard]!.name}`);
}

/** The minimum over the shards that are neither idle nor retired; over all, if all are idle. */
function decide(m: Machine) {
  const { b, l } = m;
  const at = l.sweeper;
  let active = 255;
  let all = 255;
  let highest = 0;
  let seen = 0;
  for (let shard = 0; shard < m.c.shards; shard++) {
    if (isSeen(m, shard) && (m.rules.silenceSeesRetired || isLive(m, shard))) {
      seen = Math.max(seen, b[l.seen(shard) + SEEN.max]!);
    }
    if (!isLive(m, shard)) continue;
    const max = b[l.seen(shard) + SEEN.max]!;
    if (b[l.seen(shard) + SEEN.probe] !== PROBE.empty) active = Math.min(active, max);
    else if (max > 0) all = Math.min(all, max);
    highest = Math.max(highest, max);
  }
  const silent = active === 255 && seen > 0;
  const watermark = active !== 255 ? active : all !== 255 ? all : 0;
  b.fill(0, at, l.seen(m.c.shards));
  b[at + SWEEPER.watermark] = silent && !m.rules.silenceOnlyFires ? highest : watermark;
  b[at + SWEEPER.silent] = silent && m.s.silence === true ? 1 : 0;
  if (watermark > 0) b[at + SWEEPER.pc] = PC.move;
  else if (b[at + SWEEPER.silent] === 1) b[at + SWEEPER.pc] = PC.fires;
}

function moveClock(m: Machine) {
  const { b, l } = m;
  const at = l.sweeper;
  const to = b[at + SWEEPER.watermark]!;
  const silent = b[at + SWEEPER.silent] === 1;
  forwardClock(m, CLOCK.watermark, to);
  b[at + SWEEPER.watermark] = 0;
  if (silent) b[at + SWEEPER.pc] = PC.fires;
  else reset(m);
  m.emit(`the sweeper moves the clock to ${to}`);
  if (m.rules.clockBeforeActing) return;
  m.begin();
  if (b[l.clock + CLOCK.watermark]! >= to || b[l.clock + CLOCK.hinted] === to) return;
  b[l.clock + CLOCK.hinted] = to;
  m.emit(`the sweeper asks for the firing of what is due at ${to}`);
}
