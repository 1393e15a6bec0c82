import { knownHeads } from './firing.ts';
import { CLOCK, COMMIT, COMMIT_BYTES, FENCE, FIRER, HEAD, SOURCE } from './layout.ts';
import type { Machine } from './machine.ts';
import { FIRER_PC } from './pc.ts';
import { forwardClock } from './time.ts';

/** Brings every shard's log past the watermark before a closing; lists the shards again until no new one appears. */
export function fenceStep(m: Machine, index: number, name: string) {
  const b = m.b;
  const f = m.l.firer(index);
  switch (b[f + FIRER.pc]) {
    case FIRER_PC.fenceHeads: {
      b[f + FIRER.heads] = knownHeads(m);
      b[f + FIRER.retired] = retiredHeads(m);
      b[f + FIRER.pc] = FIRER_PC.fenceList;
      return m.emit(`${name} reads the heads`);
    }
    case FIRER_PC.fenceList:
      return list(m, index, name);
    case FIRER_PC.fenceRead: {
      const shard = lowest(b[f + FIRER.todo]!);
      const n = m.last(shard);
      const head = b[m.l.head(shard) + HEAD.n]!;
      const expired = m.rules.fenceAboveHead && n < head;
      const done = n > 0 && !expired && m.of(shard, n, 'w') >= b[f + FIRER.watermark]!;
      b[f + FIRER.tail] = expired ? head : n;
      if (done) next(m, f, shard);
      else b[f + FIRER.pc] = FIRER_PC.fenceAppend;
      return m.emit(`${name} reads the tail of ${m.s.shards[shard]!.name}`);
    }
    default:
      return append(m, index, name);
  }
}

function list(m: Machine, index: number, name: string) {
  const { b, l } = m;
  const f = l.firer(index);
  let shards = b[f + FIRER.heads]!;
  for (let shard = 0; shard < m.c.shards; shard++) {
    if (b[l.source(shard) + SOURCE.exists] !== 1) continue;
    if (m.rules.fenceRegisters && (shards & (1 << shard)) === 0) b[l.head(shard) + HEAD.known] = 1;
    shards |= 1 << shard;
  }
  const todo = shards & ~b[f + FIRER.retired]! & ~b[f + FIRER.seen]!;
  b[f + FIRER.heads] = 0;
  b[f + FIRER.retired] = 0;
  b[f + FIRER.todo] = todo;
  finishIfNone(m, f);
  m.emit(`${name} lists the shards`);
}

function finishIfNone(m: Machine, f: number) {
  const { b } = m;
  if (b[f + FIRER.todo] !== 0) b[f + FIRER.pc] = FIRER_PC.fenceRead;
  else {
    if (!m.rules.pruneAfterFinal) forwardClock(m, CLOCK.closed, b[f + FIRER.watermark]!);
    b[f + FIRER.seen] = 0;
    b[f + FIRER.watermark] = 0;
    b[f + FIRER.pc] = FIRER_PC.claim;
  }
}

/** A shard is fenced: on to the next of the list, and after the last, to the list once more. */
function next(m: Machine, f: number, shard: number) {
  const { b } = m;
  b[f + FIRER.tail] = 0;
  b[f + FIRER.todo]! &= ~(1 << shard);
  b[f + FIRER.seen]! |= 1 << shard;
  if (b[f + FIRER.todo] !== 0) b[f + FIRER.pc] = FIRER_PC.fenceRead;
  else if (m.rules.fenceListAgain) b[f + FIRER.pc] = FIRER_PC.fenceHeads;
  else finishIfNone(m, f);
}

function append(m: Machine, index: number, name: string) {
  const { b, l } = m;
  const f = l.firer(index);
  const shard = lowest(b[f + FIRER.todo]!);
  const head = l.head(shard);
  const last = b[f + FIRER.tail]!;
  const expired = last > 0 && m.of(shard, last, 'kind') === 0;
  const n = last + 1;
  if (n > m.s.commits) throw new RangeError(`${m.s.name}: the log needs more than ${m.s.commits} items`);
  b[f + FIRER.pc] = FIRER_PC.fenceRead;
  if (m.of(shard, n, 'kind') !== 0) {
    b[f + FIRER.tail] = 0;
    return m.emit(`${name} finds commit ${n} of ${m.s.shards[shard]!.name} there already`);
  }
  const to = l.commit(shard, n);
  if (expired) {
    b[to + COMMIT.to] = b[head + HEAD.position]!;
    b[to + COMMIT.max] = b[head + HEAD.max]!;
    b[to + COMMIT.lastBatch] = last;
  } else if (last > 0) b.copyWithin(to, l.commit(shard, last), l.commit(shard, last) + COMMIT_BYTES);
  b[to + COMMIT.kind] = FENCE;
  b[to + COMMIT.w] = b[f + FIRER.watermark]!;
  b[to + COMMIT.counted] = 0;
  b[to + COMMIT.late] = 0;
  next(m, f, shard);
  m.emit(`${name} puts fence ${n} to the log of ${m.s.shards[shard]!.name}, w = ${b[to + COMMIT.w]}`);
}

function retiredHeads(m: Machine): number {
  let mask = 0;
  for (let shard = 0; shard < m.c.shards; shard++)
    if (m.b[m.l.head(shard) + HEAD.retired] === 1) mask |= 1 << shard;
  return mask;
}

const lowest = (mask: number): number => 31 - Math.clz32(mask & -mask);
