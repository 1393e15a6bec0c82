import type { Hints } from './hints.ts';
import type { ShardState } from './shard-state.ts';
import type { StageContext } from './stage-context.ts';
import { IDLE_AFTER_MS, watermarkOf } from './watermark.ts';

/** At most one hint of a kind per this long from one container: bursts of late events make one revision, not hundreds. */
const HINT_INTERVAL_MS = 1_000;
/** A sweep waits this long for the shards that hold time back, and so sees what happens meanwhile. */
const SWEEP_INTERVAL_MS = IDLE_AFTER_MS;
/** How old the known clock may become while no boundary is crossed. */
const MAX_CLOCK_AGE_MS = 15_000;

/**
 * Moves the stage's clock on after commits. The clock matters only where event time crosses the end of a slice, so that is
 * when the heads are read: in steady state once per slice, not once per batch.
 */
export class TimeKeeper {
  readonly #context: StageContext;
  readonly #hints: Hints;
  #checkedSlice = Number.NaN;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #firedAt = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(context: StageContext, hints: Hints) {
    this.#context = context;
    this.#hints = hints;
  }

  /** Looks at what a commit means for the stage's time, and hints at what has become possible. */
  async afterCommit(state: ShardState, slices: Iterable<number>): Promise<void> {
    if (this.#revises(state, slices)) await this.#hintFire();
    const { plan, stage } = this.#context.compiled;
    const slice = plan.windows.sliceOf(state.tail.maxEventTime - stage.outOfOrderness);
    const now = this.#context.now();
    const known = state.clock !== undefined && slice === this.#checkedSlice;
    if (known && now - this.#checkedAt < MAX_CLOCK_AGE_MS) return;
    this.#checkedSlice = slice;
    this.#checkedAt = now;
    await this.#moveClock(state);
  }

  /** A slice whose window has fired was touched: its results need a revision. */
  #revises(state: ShardState, slices: Iterable<number>): boolean {
    const firesUpTo = state.clock?.firesUpTo ?? Number.NEGATIVE_INFINITY;
    const { windows } = this.#context.compiled.plan;
    for (const slice of slices) {
      const first = windows.windowsOf(slice)[0];
      if (first !== undefined && first.end <= firesUpTo) return true;
    }
    return false;
  }

  async #moveClock(state: ShardState): Promise<void> {
    const { heads, clock: stageClock, compiled } = this.#context;
    const { clock, heads: all } = await heads.read();
    state.clock = clock;
    if (clock === undefined) return this.#hintSweep();
    const active = all.filter((head) => !head.retired);
    // Shards that seem idle count: only the sweeper, which looks into the stream, may leave one out.
    const watermark = watermarkOf(active, compiled.stage.outOfOrderness);
    if (watermark !== undefined && watermark > clock.watermark) {
      await stageClock.forward('watermark', watermark);
      state.clock = { ...clock, watermark, firesUpTo: Math.max(watermark, clock.firesUpTo) };
      const { sliceOf } = compiled.plan.windows;
      if (sliceOf(watermark) !== sliceOf(clock.watermark)) await this.#hintFire();
    }
    const reached = state.tail.maxEventTime - compiled.stage.outOfOrderness;
    const behind = compiled.plan.windows.sliceOf(Math.max(watermark ?? Number.NEGATIVE_INFINITY, state.w));
    if (compiled.plan.windows.sliceOf(reached) > behind) await this.#hintSweep();
  }

  async #hintFire(): Promise<void> {
    const now = this.#context.now();
    if (now - this.#firedAt < HINT_INTERVAL_MS) return;
    this.#firedAt = now;
    await this.#hints.fire(this.#context.name);
  }

  async #hintSweep(): Promise<void> {
    const now = this.#context.now();
    if (now - this.#sweptAt < SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    await this.#hints.sweep(this.#context.name);
  }
}
