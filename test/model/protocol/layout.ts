import type { Case } from './scenario.ts';

/** One log item. `kind`: 0 none, 1 a batch, 2 a fence. */
export const COMMIT = { kind: 0, to: 1, w: 2, counted: 3, late: 4, open: 5, max: 6, lastBatch: 7 } as const;
export const COMMIT_BYTES = 8;
export const BATCH = 1;
export const FENCE = 2;

export const HEAD = { known: 0, n: 1, position: 2, max: 3, retired: 4 } as const;
export const HEAD_BYTES = 5;

export const CLOCK = { started: 0, watermark: 1, fires: 2, closed: 3, hinted: 4 } as const;

/** What the stream and the delivery of one shard know, and for the checks: `calm`, see `stream.ts`. */
export const SOURCE = { exists: 0, arrived: 1, checkpoint: 2, calm: 3, closed: 4 } as const;
export const SOURCE_BYTES = 5;

/** A writer: its invocation, and the cache of its shard's tail. */
export const WRITER = {
  pc: 0,
  current: 1,
  from: 2,
  to: 3,
  valid: 4,
  n: 5,
  position: 6,
  w: 7,
  clock: 8,
  closed: 9,
  ids: 10,
  max: 11,
  lastBatch: 12,
  open: 13,
  head: 14,
  at: 15,
  first: 16,
  late: 17,
} as const;
export const WRITER_BYTES = 18;

export const SWEEPER = { pc: 0, listed: 1, at: 2, watermark: 3, silent: 4, changed: 5, perShard: 6 } as const;
/** Of each shard: its head as it was read, and what the probe found. */
export const SEEN = { known: 0, n: 1, position: 2, max: 3, retired: 4, probe: 5 } as const;
export const SEEN_BYTES = 6;

export const FIRER = {
  pc: 0,
  watermark: 1,
  fires: 2,
  closed: 3,
  fenced: 4,
  heads: 5,
  retired: 6,
  window: 7,
  rev: 8,
  final: 9,
  todo: 10,
  seen: 11,
  tail: 12,
  closeTo: 13,
  taken: 14,
  perShard: 15,
} as const;
/** Of each shard: its tail, the first commit of the window's slices, and the cut before. */
export const SIGHT = { n: 0, first: 1, previous: 2 } as const;
export const SIGHT_BYTES = 3;

/** A ledger item. `state`: 0 none, 1 claimed, 2 done. */
export const LEDGER = { state: 0, rev: 1, final: 2, hasCut: 3, emitted: 4, perShard: 5 } as const;
export const CLAIMED = 1;
export const DONE = 2;
export const REVISIONS = 6;

/** What only the checks know: ids counted and late, records consumed, and late events emitted. */
export const GHOST = { counted: 0, late: 1, consumed: 2, emitted: 3 } as const;

/** Where everything is in a state's bytes. */
export class Layout {
  readonly size: number;
  readonly clock: number;
  readonly ghost: number;
  readonly levels: number;
  readonly sweeper: number;
  readonly firerBytes: number;
  readonly #logs: number;
  readonly #heads: number;
  readonly #sources: number;
  readonly #writers: number;
  readonly #firers: number;
  readonly #ledger: number;
  readonly #commits: number;
  readonly #shards: number;

  constructor({ scenario, shards, times, windows }: Case) {
    let at = 0;
    const take = (bytes: number): number => {
      at += bytes;
      return at - bytes;
    };
    this.#commits = scenario.commits;
    this.#shards = shards;
    this.clock = take(5);
    this.ghost = take(4);
    this.levels = take(times.length);
    this.#sources = take(SOURCE_BYTES * shards);
    this.#heads = take(HEAD_BYTES * shards);
    this.#logs = take(COMMIT_BYTES * shards * scenario.commits);
    this.#writers = take(WRITER_BYTES * scenario.writers.length);
    this.sweeper = take(SWEEPER.perShard + SEEN_BYTES * shards);
    this.firerBytes = FIRER.perShard + SIGHT_BYTES * shards;
    this.#firers = take(this.firerBytes * Math.max(1, scenario.firers));
    this.#ledger = take(this.#ledgerBytes * windows.length);
    this.size = Math.ceil(at / 4) * 4;
  }

  get #ledgerBytes(): number {
    return LEDGER.perShard + 2 * this.#shards + REVISIONS;
  }

  /** Commit `n` of a shard, from 1. */
  commit(shard: number, n: number): number {
    return this.#logs + (shard * this.#commits + n - 1) * COMMIT_BYTES;
  }

  head(shard: number): number {
    return this.#heads + shard * HEAD_BYTES;
  }

  source(shard: number): number {
    return this.#sources + shard * SOURCE_BYTES;
  }

  writer(index: number): number {
    return this.#writers + index * WRITER_BYTES;
  }

  seen(shard: number): number {
    return this.sweeper + SWEEPER.perShard + shard * SEEN_BYTES;
  }

  firer(index: number): number {
    return this.#firers + index * this.firerBytes;
  }

  sight(index: number, shard: number): number {
    return this.firer(index) + FIRER.perShard + shard * SIGHT_BYTES;
  }

  firing(window: number): number {
    return this.#ledger + window * this.#ledgerBytes;
  }

  cut(window: number, shard: number): number {
    return this.firing(window) + LEDGER.perShard + shard;
  }

  previousCut(window: number, shard: number): number {
    return this.cut(window, shard) + this.#shards;
  }

  /** The ids that a revision of a window was emitted with. */
  content(window: number, rev: number): number {
    return this.cut(window, 0) + 2 * this.#shards + rev;
  }
}
