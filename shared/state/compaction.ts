import type { WindowMerge } from '../windows/types.ts';
import { chunksOf, MAX_CHUNK_BYTES } from './chunks.ts';
import type { Tail } from './commit.ts';
import { SEGMENT_OVERHEAD, type Segment } from './segments.ts';
import type { SlicePart } from './slice-reader.ts';
import type { StageContext } from './stage-context.ts';

/** What is known of the future of a slice when it is read. */
export interface Future {
  /** How often it is going to be read again. */
  readonly reads: number;
  /** A window that is not finished leaves out the commits whose watermark has reached this, and all segments that hold one. */
  readonly closes: number;
}

/**
 * A kilobyte written costs as much as 20 read, at list prices: a write unit is 1 KB, a consistent read unit 4 KB at a fifth
 * of the price. See https://aws.amazon.com/dynamodb/pricing/on-demand/
 */
const WRITE_TO_READ = 20;

/** Whether to store `stored` bytes, that is less than the `read` bytes they stand for, so that `reads` readers are spared the rest. */
export type WorthCompacting = (reads: number, read: number, stored: number) => boolean;

export const worthItsPrice: WorthCompacting = (reads, read, stored) =>
  reads * (read - stored) > WRITE_TO_READ * stored;

/** So many segments of one slice are merged into one. */
const LONG_CHAIN = 16;
/** What may be held of one shard while it is read, as a part of what a firing may hold: beyond it slices stay as they are. */
const ROWS = 0.75;
/** What may wait to be written, in bytes. */
const MAX_WAITING = 64 * 1024 * 1024;

/** One slice being collected from what is read. */
interface Collected {
  readonly merge: WindowMerge;
  readonly from: number;
  upTo: number;
  w: number;
  /** Bytes that a reader would save. */
  bytes: number;
  /** A commit came that must be kept apart from those before it. */
  ended: boolean;
}

/**
 * Collects, while a firing reads its slices, what is worth storing in a shorter form for the firings to come. Nothing depends on
 * it: a segment that is not written, or not usable for a window, only means that commits are read.
 */
export class Compaction {
  readonly #context: StageContext;
  readonly #futureOf: (slice: number) => Future;
  readonly #waiting = new Map<string, Segment[]>();
  #slices = new Map<number, Collected | undefined>();
  #bytes = 0;
  #rows = 0;

  /** @param futureOf - asked once per slice and shard */
  constructor(context: StageContext, futureOf: (slice: number) => Future) {
    this.#context = context;
    this.#futureOf = futureOf;
  }

  /** Begins a shard; what was collected of one that was not ended is forgotten. */
  beginShard(): void {
    this.#slices = new Map();
    this.#rows = 0;
  }

  /** Takes note of a part that was read, in the order in which it was. */
  add(part: SlicePart, until: number): void {
    if (part.n > until || (part.compacted && part.segments < LONG_CHAIN)) return;
    const collected = this.#collected(part);
    if (collected === undefined || collected.ended) return;
    if (part.w >= this.#futureOf(part.slice).closes) {
      collected.ended = true;
      return;
    }
    const before = collected.merge.size;
    part.delta.mergeInto(part.slice, collected.merge);
    this.#rows += collected.merge.size - before;
    collected.upTo = part.n;
    collected.w = part.w;
    collected.bytes += part.bytes;
    if (this.#rows > ROWS * this.#context.maxKeys) this.#drop(part.slice);
  }

  /** Ends a shard of which everything up to commit `until` of the slices was read. */
  endShard(shard: string, tail: Tail, untilOf: (slice: number) => number): void {
    for (const [slice, collected] of this.#slices) {
      if (collected === undefined || collected.merge.size === 0) continue;
      const { closes, reads } = this.#futureOf(slice);
      if (!collected.ended && untilOf(slice) === tail.n && tail.w < closes) {
        // Nothing of the slice lies between its last commit and the end of the log: then nobody need look there again.
        collected.upTo = tail.n;
        collected.w = tail.w;
      }
      const chunks = [...chunksOf(collected.merge, slice)];
      // A key with so large a partial is read from the log again and again: stored once more it would hardly be shorter.
      if (chunks.some((chunk) => chunk.length > MAX_CHUNK_BYTES)) continue;
      const bytes = chunks.reduce((sum, chunk) => sum + SEGMENT_OVERHEAD + chunk.length, 0);
      if (!this.#context.worthCompacting(reads, collected.bytes, bytes)) continue;
      if (this.#bytes + bytes > MAX_WAITING) break;
      this.#bytes += bytes;
      const segments = this.#waiting.get(shard) ?? [];
      this.#waiting.set(shard, segments);
      const { from, upTo, w } = collected;
      segments.push({ slice, from, upTo, w, chunks });
    }
    this.beginShard();
  }

  /** Stores what was collected. */
  async write(): Promise<void> {
    for (const [shard, segments] of this.#waiting) {
      await this.#context.segments.write(shard, segments, this.#context.logExpiry());
    }
    this.#waiting.clear();
    this.#bytes = 0;
  }

  #collected({ slice, after }: SlicePart): Collected | undefined {
    if (this.#slices.has(slice)) return this.#slices.get(slice);
    const collected =
      this.#futureOf(slice).reads === 0
        ? undefined
        : {
            merge: this.#context.compiled.plan.createMerge(),
            from: after,
            upTo: after,
            w: Number.NEGATIVE_INFINITY,
            bytes: 0,
            ended: false,
          };
    this.#slices.set(slice, collected);
    return collected;
  }

  #drop(slice: number): void {
    this.#rows -= this.#slices.get(slice)?.merge.size ?? 0;
    this.#slices.set(slice, undefined);
  }
}
