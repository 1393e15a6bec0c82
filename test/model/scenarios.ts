import type { Scenario } from './protocol/scenario.ts';

const at = (text: string) =>
  text.split(' ').map((event) => ({ id: event[0] as string, time: Number(event.slice(1)) }));

/** What may go wrong everywhere, unless a scenario leaves some of it out to look at something else. */
const ACCIDENTS = { crashes: true, timeouts: true, ambiguous: true } as const;

/** Copies of an event before and behind one that moves time past its lateness, and an event that is really late. */
export const twoWriters: Scenario = {
  name: 'two writers of one shard',
  shards: [{ name: 'A', records: at('a1 b3 a1 c1') }],
  size: 1,
  lateness: 1,
  writers: [0, 0],
  firers: 0,
  ...ACCIDENTS,
  keepTime: true,
  commits: 5,
};

/** A window closes while the writer of its shard, and a zombie, go on with what they knew before. */
export const closing: Scenario = {
  ...twoWriters,
  name: 'a closing while two writers go on',
  shards: [{ name: 'A', records: at('a1 b3 c1') }],
  ends: [2],
  ambiguous: false,
  crashes: false,
  firers: 1,
};

/** The same, and any of them dies at any point, and batches are committed in parts. */
export const closingCrashes: Scenario = {
  ...closing,
  name: 'a closing while two writers and a firer die',
  shards: [{ name: 'A', records: at('a1 b3 c1') }],
  crashes: true,
  parts: true,
};

/** On time, then a revision, then the final one, by two firers of which one may be slow. */
export const twoFirers: Scenario = {
  ...twoWriters,
  name: 'two firers of one window',
  shards: [{ name: 'A', records: at('a1 b2 c1 d3') }],
  ends: [2],
  lateness: 1,
  writers: [0],
  firers: 2,
  commits: 6,
  timeouts: false,
  ambiguous: false,
};

/** The same, slow but alive: a lease may be over at any time. */
export const slowFirers: Scenario = { ...twoFirers, name: 'two slow firers of one window', crashes: false };

/** Overlapping windows: an event is too late for one and in time for the next. */
export const hopping: Scenario = {
  ...twoWriters,
  name: 'overlapping windows',
  shards: [{ name: 'A', records: at('a1 b3 c2') }],
  size: 2,
  lateness: 0,
  writers: [0],
  firers: 1,
  commits: 6,
};

/** Overlapping windows close while a slow firer takes over what another has just finished. */
export const slowTakeover: Scenario = {
  ...hopping,
  name: 'a slow takeover',
  shards: [{ name: 'A', records: at('a1 b2 c3 d3') }],
  ends: [3],
  firers: 2,
  crashes: false,
  timeouts: false,
  ambiguous: false,
};

/** A shard splits; copies and late events come through the child. */
export const split: Scenario = {
  ...twoWriters,
  name: 'a split',
  shards: [
    { name: 'P', records: at('a1 b3 d1') },
    { name: 'C', records: at('c1 a1 d1'), parents: [0] },
  ],
  writers: [0, 1],
  staleClock: true,
  sweeper: false,
  arrivals: true,
  timeouts: false,
  ambiguous: false,
  commits: 4,
};

/** The same with two parents. */
export const merge: Scenario = {
  ...split,
  name: 'a merge',
  shards: [
    { name: 'P', records: at('a1') },
    { name: 'Q', records: at('b3') },
    { name: 'C', records: at('b3 a1 c1'), parents: [0, 1] },
  ],
  writers: [0, 1, 2],
  commits: 4,
};

/** Two generations: what the grandparent counted comes again. */
export const generations: Scenario = {
  ...split,
  name: 'three generations',
  shards: [
    { name: 'P', records: at('a1') },
    { name: 'C', records: at('b1'), parents: [0] },
    { name: 'G', records: at('a1 b1'), parents: [1] },
  ],
  writers: [0, 1, 2],
};

/** A split while a window closes: what the child counts before anyone has registered it. */
export const splitClosing: Scenario = {
  ...split,
  name: 'a split while a window closes',
  shards: [
    { name: 'P', records: at('a1 b3') },
    { name: 'C', records: at('c1'), parents: [0] },
  ],
  writers: [0, 1],
  ends: [2],
  firers: 1,
  sweeper: true,
  crashes: false,
};

/** Nobody knows the shards yet, and one is far ahead of the other. */
export const firstShards: Scenario = {
  ...twoWriters,
  name: 'the first shards',
  shards: [
    { name: 'A', records: at('a1 b2') },
    { name: 'B', records: at('c4') },
  ],
  writers: [0, 1],
  unregistered: true,
  sweeper: true,
  arrivals: true,
  timeouts: false,
  ambiguous: false,
};

/** One shard pauses while the other goes on. */
export const idle: Scenario = {
  ...firstShards,
  name: 'an idle shard',
  shards: [
    { name: 'A', records: at('a2 b1') },
    { name: 'B', records: at('c1 d4') },
  ],
  unregistered: false,
};

/** A consumed parent hands its time over while another shard is ahead. */
export const retiring: Scenario = {
  ...firstShards,
  name: 'a parent that retires',
  shards: [
    { name: 'P', records: at('a1') },
    { name: 'C', records: at('b2'), parents: [0] },
    { name: 'Q', records: at('c4') },
  ],
  writers: [0, 1, 2],
  unregistered: false,
};

/** A shard whose log has expired up to its head; late events, then one in time, while items go on expiring. */
export const expiring: Scenario = {
  ...twoWriters,
  name: 'a log that expires',
  shards: [{ name: 'A', records: at('z3 c1 d1 g7') }],
  ends: [8],
  writers: [0, 0],
  expired: 5,
  expiry: true,
  ambiguous: false,
};

/** A shard whose log has expired up to its head, and a closing. */
export const closingExpired: Scenario = {
  ...twoWriters,
  name: 'a closing over an expired log',
  shards: [
    { name: 'A', records: at('z3 c1') },
    { name: 'B', records: at('b1 d3') },
  ],
  ends: [2],
  writers: [0, 1],
  firers: 1,
  expired: 0,
  crashes: false,
  timeouts: false,
  ambiguous: false,
};

/** A window fires by a time that only the sweeper has seen, and is touched later by the shard that was left out. */
export const idleFiring: Scenario = {
  ...firstShards,
  name: 'an idle shard and a firing',
  shards: [
    { name: 'A', records: at('a2') },
    { name: 'B', records: at('c2 d4 e5') },
  ],
  unregistered: false,
  crashes: false,
  ends: [3],
  lateness: 3,
  firers: 1,
  brief: true,
};
