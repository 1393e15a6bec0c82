import { CLOCK, FENCE, GHOST, HEAD, SOURCE, WRITER, WRITER_BYTES } from './layout.ts';
import type { Machine } from './machine.ts';

/** Whether a shard has ended: closed, and followed by its children. */
const isClosed = (m: Machine, shard: number): boolean => m.b[m.l.source(shard) + SOURCE.closed] === 1;

/** The stream and what time does to it: records arrive, shards are closed and followed by others, log items expire. */
export function streamSteps(m: Machine): void {
  if (m.s.arrivals === true) {
    for (let shard = 0; shard < m.c.shards; shard++) arrive(m, shard);
    reshard(m);
  }
  if (m.s.expiry === true) {
    for (let shard = 0; shard < m.c.shards; shard++) {
      for (let n = 1; n <= m.s.commits; n++) expire(m, shard, n);
    }
  }
}

function arrive(m: Machine, shard: number): void {
  const b = m.begin();
  const source = m.l.source(shard);
  const arrived = b[source + SOURCE.arrived]!;
  if (b[source + SOURCE.exists] === 0 || isClosed(m, shard) || arrived === m.c.recordsOf(shard)) return;
  noteCalm(m, shard);
  const calm = [shard, ...m.c.ancestors[shard]!].map((one) => b[m.l.source(one) + SOURCE.calm]!);
  b[m.l.levels + m.c.first[shard]! + arrived] = Math.max(
    m.c.reachedBefore[m.c.first[shard]! + arrived]!,
    b[m.l.clock + CLOCK.watermark]!,
    ...calm,
  );
  b[source + SOURCE.arrived] = arrived + 1;
  m.emit(`a record arrives in ${m.s.shards[shard]!.name}`);
}

/**
 * A shard that had nothing unread could rightly be taken for idle, so time may have been seen to go on without it as far as
 * any shard had got by then: that is how late what arrives next may be found. An event may be late for no other reason
 * than this, the clock, or an event before it in its own shard.
 */
function noteCalm(m: Machine, shard: number): void {
  const { b, c, l } = m;
  const drained = [shard, ...c.ancestors[shard]!].every((one) => {
    const from = c.first[one]!;
    for (let at = 0; at < b[l.source(one) + SOURCE.arrived]!; at++) {
      if ((b[l.ghost + GHOST.consumed]! & (1 << (from + at))) === 0) return false;
    }
    return true;
  });
  if (!drained) return;
  let reached = 0;
  for (let record = 0; record < c.times.length; record++) {
    if (b[l.ghost + GHOST.consumed]! & (1 << record)) reached = Math.max(reached, c.times[record]!);
  }
  b[l.source(shard) + SOURCE.calm] = reached;
}

/** Closes the shards that have children, all of whose parents' records are there, and opens the children. */
function reshard(m: Machine): void {
  for (let child = 0; child < m.c.shards; child++) {
    const parents = m.c.parents[child]!;
    const b = m.begin();
    const ready = parents.every((parent) => {
      const source = m.l.source(parent);
      return b[source + SOURCE.exists] === 1 && b[source + SOURCE.arrived] === m.c.recordsOf(parent);
    });
    if (parents.length === 0 || !ready || b[m.l.source(child) + SOURCE.exists] === 1) continue;
    for (const parent of parents) b[m.l.source(parent) + SOURCE.closed] = 1;
    for (let other = 0; other < m.c.shards; other++) {
      if (parents.some((parent) => m.c.isChildOf(other, parent))) b[m.l.source(other) + SOURCE.exists] = 1;
    }
    m.emit(`${parents.map((parent) => m.s.shards[parent]!.name).join(' and ')} closed, their children open`);
  }
}

/**
 * A log item expires when it is old: then every slice that it or an earlier one holds is closed, its records are consumed
 * or gone from the stream, and whoever had the shard cached has thrown that away.
 */
function expire(m: Machine, shard: number, n: number): void {
  const b = m.begin();
  if (m.of(shard, n, 'kind') === 0) return;
  // A fence has no actions, so it may expire above the head.
  if (m.rules.expireBelowHead && m.of(shard, n, 'kind') !== FENCE && n > b[m.l.head(shard) + HEAD.n]!) return;
  if (m.rules.expireBelowHead && m.of(shard, n, 'to') > b[m.l.source(shard) + SOURCE.checkpoint]!) return;
  for (let at = 1; at <= n; at++) {
    const slices = m.slicesOf(m.of(shard, at, 'counted'));
    if (m.open(slices, b[m.l.clock + CLOCK.closed]!) !== 0) return;
  }
  for (const [index, of] of m.s.writers.entries()) {
    if (of !== shard && !m.c.ancestors[of]!.includes(shard)) continue;
    if (!m.writerIdle(index)) return;
    const at = m.l.writer(index);
    b.fill(0, at + WRITER.current, at + WRITER_BYTES);
  }
  for (let at = 0; at < m.s.firers; at++) if (!m.firerIdle(at)) return;
  b.fill(0, m.l.commit(shard, n), m.l.commit(shard, n) + 8);
  m.emit(`commit ${n} of ${m.s.shards[shard]!.name} expires`);
}
