import {
  binary,
  compactItem,
  finite,
  type Item,
  number,
  readNumber,
  readText,
  readTexts,
  text,
} from './attributes.ts';
import { compressJson, decompressJson } from './compress.ts';
import { commitSk, itemKey, logPk } from './keys.ts';
import { decodeOpen, encodeOpen, type OpenSlices } from './open-slices.ts';
import { formatPosition, type Position, parsePosition, START } from './position.ts';

/** What a shard's consumer has done with its events since its log began. */
export interface Counts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: number;
  /** Of a filter stage, those that it did not let pass. */
  readonly filtered?: number;
}

export const NO_COUNTS: Counts = { accepted: 0, duplicate: 0, late: 0, rejected: 0 };

/**
 * The part of a commit that its successor builds on: a shard's consumer is fully described by the last commit of its
 * log, the ids of its open slices and nothing else.
 */
export interface Tail {
  /** Number of the last commit; 0 where there is none. */
  readonly n: number;
  /** Number of the last commit that holds a batch: those after it are fences, which have no actions. */
  readonly lastBatch: number;
  readonly position: Position;
  /** Watermark against which lateness was last decided: never falls. */
  readonly w: number;
  readonly open: OpenSlices;
  /** Highest event time seen, -Infinity where none was. */
  readonly maxEventTime: number;
  /** Arrival time of the last record consumed. */
  readonly arrival: number;
  readonly counts: Counts;
  /** Shards that this one descends from. */
  readonly ancestors: readonly string[];
}

export const EMPTY_TAIL: Tail = {
  n: 0,
  lastBatch: 0,
  position: START,
  w: Number.NEGATIVE_INFINITY,
  open: new Map(),
  maxEventTime: Number.NEGATIVE_INFINITY,
  arrival: Number.NEGATIVE_INFINITY,
  counts: NO_COUNTS,
  ancestors: [],
};

/** One item of the commit log: a batch's deltas and the position it reached; a fence has neither. */
export interface Commit {
  readonly tail: Tail;
  readonly from: Position;
  /** Compressed delta; absent from fences and from batches in which nothing was accepted. */
  readonly delta?: Uint8Array;
  /** Encoded ids of the events counted, per slice. */
  readonly ids?: Uint8Array;
  /** Events found too late, as CloudEvents JSON, to be emitted only after the commit. */
  readonly late: readonly string[];
  /** When the item was written, epoch milliseconds: tells a busy shard from a quiet one. */
  readonly writtenAt: number;
  readonly expiresAt: number;
}

/** Bytes of a commit beside its payloads: attribute names, numbers, positions. */
const OVERHEAD = 600;

/** Size of the item in bytes, rounded up. */
export function commitSize(parts: {
  delta?: Uint8Array;
  ids?: Uint8Array;
  open: Uint8Array;
  late?: Uint8Array;
}): number {
  return (
    OVERHEAD +
    (parts.delta?.length ?? 0) +
    (parts.ids?.length ?? 0) +
    parts.open.length +
    (parts.late?.length ?? 0)
  );
}

/** A commit's variable parts in the form in which they are stored. */
export function encodeCommit(stage: string, shard: string, commit: Commit): { item: Item; size: number } {
  const { tail } = commit;
  const open = encodeOpen(tail.open);
  const late = commit.late.length === 0 ? undefined : compressJson(commit.late);
  const item = compactItem({
    ...itemKey(logPk(stage, shard), commitSk(tail.n)),
    from: text(formatPosition(commit.from)),
    to: text(formatPosition(tail.position)),
    lastBatch: number(tail.lastBatch),
    w: finite(tail.w),
    open: binary(open),
    delta: commit.delta && binary(commit.delta),
    ids: commit.ids && binary(commit.ids),
    late: late && binary(late),
    ancestors: { L: tail.ancestors.map(text) },
    maxEventTime: finite(tail.maxEventTime),
    arrival: finite(tail.arrival),
    counts: countsAttribute(tail.counts),
    writtenAt: number(commit.writtenAt),
    expiresAt: number(commit.expiresAt),
  });
  const size = commitSize({ delta: commit.delta, ids: commit.ids, open, late });
  return { item, size: size + tail.ancestors.length * 40 };
}

export function decodeCommit(item: Item): Commit {
  return {
    tail: {
      n: Number(readText(item, 'sk')),
      lastBatch: readNumber(item, 'lastBatch', 0),
      position: parsePosition(readText(item, 'to')),
      w: readNumber(item, 'w', Number.NEGATIVE_INFINITY),
      open: decodeOpen(item.open?.B ?? new Uint8Array()),
      maxEventTime: readNumber(item, 'maxEventTime', Number.NEGATIVE_INFINITY),
      arrival: readNumber(item, 'arrival', Number.NEGATIVE_INFINITY),
      counts: readCounts(item),
      ancestors: readTexts(item, 'ancestors'),
    },
    from: parsePosition(readText(item, 'from')),
    delta: item.delta?.B,
    ids: item.ids?.B,
    late: item.late?.B === undefined ? [] : (decompressJson(item.late.B) as string[]),
    writtenAt: readNumber(item, 'writtenAt', 0),
    expiresAt: readNumber(item, 'expiresAt', 0),
  };
}

/** The counts of two together. */
export function addCounts(a: Counts, b: Counts): Counts {
  const { filtered = b.filtered } = a;
  return {
    accepted: a.accepted + b.accepted,
    duplicate: a.duplicate + b.duplicate,
    late: a.late + b.late,
    rejected: a.rejected + b.rejected,
    ...(filtered === undefined ? {} : { filtered: (a.filtered ?? 0) + (b.filtered ?? 0) }),
  };
}

export const countsAttribute = (counts: Counts): { M: Item } => ({
  M: {
    accepted: number(counts.accepted),
    duplicate: number(counts.duplicate),
    late: number(counts.late),
    rejected: number(counts.rejected),
    ...(counts.filtered === undefined ? {} : { filtered: number(counts.filtered) }),
  },
});

export function readCounts(item: Item): Counts {
  const counts = item.counts?.M ?? {};
  return {
    accepted: readNumber(counts, 'accepted', 0),
    duplicate: readNumber(counts, 'duplicate', 0),
    late: readNumber(counts, 'late', 0),
    rejected: readNumber(counts, 'rejected', 0),
    ...(counts.filtered === undefined ? {} : { filtered: readNumber(counts, 'filtered', 0) }),
  };
}
