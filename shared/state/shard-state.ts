import { IdSet } from '../windows/id-set.ts';
import type { WindowAssigner } from '../windows/types.ts';
import type { Clock } from './clock.ts';
import type { Tail } from './commit.ts';

/** What a writer must know of one slice while it folds events. */
export interface SliceState {
  readonly slice: number;
  /** When the last window of the slice closes: at this watermark an event of the slice is too late. -Infinity: in no window. */
  readonly closesAt: number;
  /** Ids of the events counted in this slice, by this shard and by those it descends from. */
  readonly ids: IdSet;
}

/**
 * A shard's consumer in memory: the tail of its log and the ids of its open slices. It is a cache of what the log says
 * and is thrown away whenever a write did not go as expected.
 */
export class ShardState {
  tail: Tail;
  clock: Clock | undefined;
  readonly loadedAt: number;
  readonly hashRange: readonly [string, string] | undefined;
  readonly #slices = new Map<number, SliceState>();
  readonly #windows: WindowAssigner;
  readonly #lateness: number;

  constructor(
    tail: Tail,
    clock: Clock | undefined,
    loadedAt: number,
    hashRange: readonly [string, string] | undefined,
    windows: WindowAssigner,
    lateness: number,
  ) {
    this.tail = tail;
    this.clock = clock;
    this.loadedAt = loadedAt;
    this.hashRange = hashRange;
    this.#windows = windows;
    this.#lateness = lateness;
  }

  /** The watermark to decide lateness against: what is known of the stage's clock, never below the log's own. */
  get w(): number {
    return Math.max(this.tail.w, this.clock?.watermark ?? Number.NEGATIVE_INFINITY);
  }

  closesAt(slice: number): number {
    return this.#windows.lastEnd(slice) + this.#lateness;
  }

  /** Whether every window of the slice is final, so that nothing of it need be kept. */
  isClosed(slice: number): boolean {
    return this.closesAt(slice) <= (this.clock?.closedUpTo ?? Number.NEGATIVE_INFINITY);
  }

  slice(slice: number): SliceState {
    let state = this.#slices.get(slice);
    if (state === undefined) {
      state = { slice, closesAt: this.closesAt(slice), ids: new IdSet() };
      this.#slices.set(slice, state);
    }
    return state;
  }

  /** Forgets the slices whose windows are all final. */
  prune(): void {
    for (const slice of this.#slices.keys()) if (this.isClosed(slice)) this.#slices.delete(slice);
    const open = [...this.tail.open].filter(([slice]) => !this.isClosed(slice));
    if (open.length < this.tail.open.size) this.tail = { ...this.tail, open: new Map(open) };
  }
}
