import { CLAIMED, CLOCK, DONE, GHOST, LEDGER } from './layout.ts';
import type { Machine } from './machine.ts';

/** A commit has been written: every record has one fate, every id one place, and no window grows after its final cut. */
export function checkCommit(
  m: Machine,
  shard: number,
  commit: { from: number; to: number; counted: number; late: number; w: number },
): void {
  const { b, c, l } = m;
  const closed = b[l.clock + CLOCK.closed]!;
  for (let record = c.first[shard]! + commit.from; record < c.first[shard]! + commit.to; record++) {
    const bit = 1 << record;
    const id = 1 << c.ids[record]!;
    const name = `${c.idNames[c.ids[record]!]} at ${c.times[record]}`;
    if (b[l.ghost + GHOST.consumed]! & bit) m.wrong(`the record of event ${name} is consumed twice`);
    b[l.ghost + GHOST.consumed]! |= bit;
    const open = c.closesAt(c.times[record]!) > closed;
    if (commit.counted & bit) {
      if (b[l.ghost + GHOST.counted]! & id) m.wrong(`event ${name} is counted twice`);
      if (b[l.ghost + GHOST.late]! & id) m.wrong(`event ${name} was late and is counted now`);
      b[l.ghost + GHOST.counted]! |= id;
      checkWindows(m, record, commit.w);
    } else if (commit.late & bit) {
      if (b[l.ghost + GHOST.counted]! & id && open) m.wrong(`event ${name} was counted and is late now`);
      if (b[l.levels + record]! < c.closesAt(c.times[record]!))
        m.wrong(`event ${name} is late without reason`);
      b[l.ghost + GHOST.late]! |= id;
    } else if ((b[l.ghost + GHOST.counted]! & id) === 0) {
      m.wrong(`event ${name} is dropped as a duplicate and was never counted`);
    }
  }
  for (let record = c.first[shard]!; record < c.first[shard]! + commit.to; record++) {
    if ((b[l.ghost + GHOST.consumed]! & (1 << record)) === 0) m.wrong('a record is skipped');
  }
  checkOutput(m);
}

/** An event that was counted: which of its windows may do without it, and which have had their final cut. */
function checkWindows(m: Machine, record: number, w: number): void {
  const { b, c, l } = m;
  for (const [window, end] of c.windows.entries()) {
    if (!c.covers(end, c.times[record]!)) continue;
    const closes = c.windowCloses(end);
    const firing = l.firing(window);
    if (w >= closes) {
      if (b[l.levels + record]! < closes) m.wrong(`a window misses an event that came in time`);
    } else if (b[firing + LEDGER.final] === 1 && b[firing + LEDGER.hasCut] === 1) {
      m.wrong(`an event is committed to the window up to ${end} after its final cut`);
    }
  }
}

/** What is in the late output was not counted, as long as its slice is open. */
export function checkOutput(m: Machine): void {
  const { b, c, l } = m;
  const closed = b[l.clock + CLOCK.closed]!;
  for (let record = 0; record < c.times.length; record++) {
    if ((b[l.ghost + GHOST.emitted]! & (1 << record)) === 0) continue;
    const counted = b[l.ghost + GHOST.counted]! & (1 << c.ids[record]!);
    const late = b[l.ghost + GHOST.late]! & (1 << c.ids[record]!);
    if (counted !== 0 && late === 0 && c.closesAt(c.times[record]!) > closed) {
      m.wrong('an event is in the late output and counted');
    }
  }
}

/** The events that belong to a window: those counted by commits whose w had not passed its end + lateness. */
export function expected(m: Machine, window: number): number {
  const end = m.c.windows[window]!;
  const slices = m.c.slicesOf(end);
  let records = 0;
  for (let shard = 0; shard < m.c.shards; shard++) {
    for (let n = 1; n <= m.s.commits; n++) {
      if (m.of(shard, n, 'w') < m.c.windowCloses(end)) records |= m.of(shard, n, 'counted');
    }
  }
  return m.idsOf(inSlices(m, records, slices));
}

export function inSlices(m: Machine, records: number, slices: number): number {
  let mask = 0;
  for (let record = 0; record < m.c.times.length; record++) {
    if (records & (1 << record) && slices & (1 << (m.c.times[record]! - 1))) mask |= 1 << record;
  }
  return mask;
}

/** A revision goes out: the same bytes as the last time, and the final one is complete. */
export function checkEmission(m: Machine, window: number, rev: number, ids: number, final: boolean): void {
  const { b, l } = m;
  const firing = l.firing(window);
  const name = `the window up to ${m.c.windows[window]}`;
  if (b[firing + LEDGER.emitted]! & (1 << rev) && b[l.content(window, rev)] !== ids) {
    m.wrong(`revision ${rev} of ${name} has two contents`);
  }
  if (final && !m.s.expiry && ids !== expected(m, window)) {
    m.wrong(`the final revision of ${name} is not what was counted`);
  }
  b[firing + LEDGER.emitted]! |= 1 << rev;
  b[l.content(window, rev)] = ids;
}

/** What must hold when nobody is at work, nothing is unread and the stream has been silent for long. */
export function checkSettled(m: Machine): string | undefined {
  const { b, c, l } = m;
  const ghost = l.ghost;
  const watermark = b[l.clock + CLOCK.watermark]!;
  for (let record = 0; record < c.times.length; record++) {
    const late = b[ghost + GHOST.late]! & (1 << c.ids[record]!);
    if (late !== 0 && (m.idsOf(b[ghost + GHOST.emitted]!) & (1 << c.ids[record]!)) === 0) {
      return `event ${c.idNames[c.ids[record]!]} was found late and never put out`;
    }
  }
  for (const [window, end] of c.windows.entries()) {
    const ids = expected(m, window);
    const firing = l.firing(window);
    const state = b[firing + LEDGER.state];
    if (state === CLAIMED) return `the window up to ${end} stays claimed`;
    if (m.s.brief === true && state === 0) continue;
    const fired = state === DONE ? highest(b[firing + LEDGER.emitted]!) : -1;
    const content = fired < 0 ? 0 : b[l.content(window, fired)]!;
    if (content !== ids) return `the window up to ${end} does not show what was counted`;
    if (ids !== 0 && watermark >= c.windowCloses(end) && b[firing + LEDGER.final] !== 1) {
      return `the window up to ${end} stays open`;
    }
  }
  return undefined;
}

const highest = (mask: number): number => 31 - Math.clz32(mask);
