/** Where a writer is. */
export const WRITER_PC = {
  idle: 0,
  loadHeads: 1,
  loadOwn: 2,
  loadAncestors: 3,
  repeat: 4,
  repeatHead: 5,
  ready: 6,
  late: 7,
  head: 8,
  keepTime: 9,
  forward: 10,
} as const;

/** Where a firing is. */
export const FIRER_PC = {
  idle: 0,
  view: 1,
  close: 2,
  fenceHeads: 3,
  fenceList: 4,
  fenceRead: 5,
  fenceAppend: 6,
  claim: 7,
  cutHeads: 8,
  cutTails: 9,
  cut: 10,
  emit: 11,
  done: 12,
  look: 13,
} as const;

/** Where the sweeper is. */
export const SWEEPER_PC = {
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

/** What a probe of a shard found. */
export const PROBE = { unread: 1, empty: 2, ended: 3 } as const;
