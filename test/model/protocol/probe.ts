import { CLOCK, HEAD, SEEN, SOURCE, SWEEPER } from './layout.ts';
import type { Machine } from './machine.ts';
import { PROBE, SWEEPER_PC } from './pc.ts';
import { isListed, isLive, isSeen, reset } from './sweep-state.ts';
import { forwardClock } from './time.ts';

/** Looks behind a live head; also behind one that has moved lately, which the implementation leaves for the next sweep. */
export function probe(m: Machine) {
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
    b[at + SWEEPER.pc] = SWEEPER_PC.retire;
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

export function retire(m: Machine) {
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
  let seen = 0;
  for (let shard = 0; shard < m.c.shards; shard++) {
    if (isSeen(m, shard) && (m.rules.silenceSeesRetired || isLive(m, shard))) {
      seen = Math.max(seen, b[l.seen(shard) + SEEN.max]!);
    }
    if (!isLive(m, shard)) continue;
    const max = b[l.seen(shard) + SEEN.max]!;
    if (b[l.seen(shard) + SEEN.probe] !== PROBE.empty) active = Math.min(active, max);
    else if (max > 0) all = Math.min(all, max);
  }
  const silent = active === 255 && seen > 0;
  const watermark = active !== 255 ? active : all !== 255 ? all : 0;
  b.fill(0, at, l.seen(m.c.shards));
  b[at + SWEEPER.watermark] = watermark;
  b[at + SWEEPER.silent] = silent && m.s.silence === true ? 1 : 0;
  if (watermark > 0) b[at + SWEEPER.pc] = SWEEPER_PC.move;
  else if (b[at + SWEEPER.silent] === 1) b[at + SWEEPER.pc] = SWEEPER_PC.fires;
}

export function moveClock(m: Machine) {
  const { b, l } = m;
  const at = l.sweeper;
  const to = b[at + SWEEPER.watermark]!;
  const silent = b[at + SWEEPER.silent] === 1;
  forwardClock(m, CLOCK.watermark, to);
  b[at + SWEEPER.watermark] = 0;
  if (silent) b[at + SWEEPER.pc] = SWEEPER_PC.fires;
  else reset(m);
  m.emit(`the sweeper moves the clock to ${to}`);
  if (m.rules.clockBeforeActing) return;
  m.begin();
  if (b[l.clock + CLOCK.watermark]! >= to) return;
  b[l.clock + CLOCK.hinted] = to;
  reset(m);
  m.emit(`the sweeper asks for the firing of what is due at ${to}, and dies`);
}
