import { IdSet } from '../windows/id-set.ts';
import type { Clock } from './clock.ts';
import type { Tail } from './commit.ts';
import type { CompiledStage } from './compiled-stage.ts';

/** What a writer must know of one slice while it folds events. */
export interface SliceState {
  readonly slice: number;
  /**
   * At this watermark an event of the slice is too late: the last of its windows, or the session that it would begin, takes no more.
   * -Infinity: in no window.
   */
  readonly closesAt: number;
  /** At this watermark the first of its windows takes no more, while others may. */
  readonly firstClosesAt: number;
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
  readonly #compiled: CompiledStage;

  constructor(
    tail: Tail,
    clock: Clock | undefined,
    loadedAt: number,
    hashRange: readonly [string, string] | undefined,
    compiled: CompiledStage,
  ) {
    this.tail = tail;
    this.clock = clock;
    this.loadedAt = loadedAt;
    this.hashRange = hashRange;
    this.#compiled = compiled;
  }

  /** The watermark to decide lateness against: what is known of the stage's clock, never below the log's own. */
  get w(): number {
    return Math.max(this.tail.w, this.clock?.watermark ?? Number.NEGATIVE_INFINITY);
  }

  /** Whether every window of the slice is final, so that nothing of it need be kept. */
  isClosed(slice: number): boolean {
    const { plan, closingDelay } = this.#compiled;
    const closed = this.clock?.closedUpTo ?? Number.NEGATIVE_INFINITY;
    return plan.windows.lastEnd(slice) + closingDelay <= closed;
  }

  slice(slice: number): SliceState {
    let state = this.#slices.get(slice);
    if (state === undefined) {
      const { plan, stage } = this.#compiled;
      const closesAt = plan.windows.lastEnd(slice) + stage.allowedLateness;
      const ends = plan.windows.windowsOf(slice).map(({ end }) => end);
      const firstClosesAt = Math.min(...ends) + stage.allowedLateness;
      state = { slice, closesAt, firstClosesAt, ids: new IdSet() };
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
