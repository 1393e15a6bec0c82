import { SEEN, SEEN_BYTES, SWEEPER } from './layout.ts';
import type { Machine } from './machine.ts';

export function reset(m: Machine) {
  m.b.fill(0, m.l.sweeper, m.l.seen(m.c.shards));
}

export function readHeads(m: Machine) {
  for (let shard = 0; shard < m.c.shards; shard++) {
    const head = m.l.head(shard);
    m.b.copyWithin(m.l.seen(shard), head, head + SEEN_BYTES - 1);
  }
}

export const isSeen = (m: Machine, shard: number): boolean => m.b[m.l.seen(shard) + SEEN.known] === 1;

export const isLive = (m: Machine, shard: number): boolean =>
  isSeen(m, shard) && m.b[m.l.seen(shard) + SEEN.retired] === 0;

export const isListed = (m: Machine, shard: number): boolean =>
  (m.b[m.l.sweeper + SWEEPER.listed]! & (1 << shard)) !== 0;
