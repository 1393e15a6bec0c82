import { isMomentBetween } from '../windows/moments.ts';
import { watermarkOf } from '../windows/watermark.ts';
import type { Hints } from './hints.ts';
import type { ShardState } from './shard-state.ts';
import { readSource } from './source.ts';
import type { StageContext } from './stage-context.ts';

/**
 * How long a shard must have brought a stage nothing, in milliseconds, before the sweeper asks whether it is idle. Shorter, and a shard
 * that sends an event a second would be left out between two of them.
 */
export const IDLE_AFTER_MS = 5_000;
/** A sweep waits this long for the shards that hold time back, and so sees what happens meanwhile. */
const SWEEP_INTERVAL_MS = IDLE_AFTER_MS;
/** Event time this far behind the wall clock is being loaded, not lived. */
const HISTORIC_MS = 300_000;
/** How old the known clock may become while no boundary is crossed. */
const MAX_CLOCK_AGE_MS = 15_000;
/** Where filters hold time back, what they have put is seen within a moment. */
const HELD_CLOCK_AGE_MS = 1_000;

/**
 * Moves the stage's clock on after commits. The clock matters only where event time passes a moment at which something
 * becomes due, so that is when the heads are read: in steady state once or twice per slice, not once per batch.
 */
export class TimeKeeper {
  readonly #context: StageContext;
  readonly #hints: Hints;
  #checked = Number.NEGATIVE_INFINITY;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #sweptAt = Number.NEGATIVE_INFINITY;
  /** Whether this shard has passed a moment that the stage's time has not, because of what a filter may still bring. */
  #held = false;

  constructor(context: StageContext, hints: Hints) {
    this.#context = context;
    this.#hints = hints;
  }

  /** Looks at what a commit means for the stage's time, and hints at what has become possible. */
  async afterCommit(state: ShardState, slices: Iterable<number>): Promise<void> {
    const { plan, stage } = this.#context.compiled;
    const reached = state.tail.maxEventTime - stage.outOfOrderness;
    const now = this.#context.now();
    let fires = false;
    if (
      state.clock === undefined ||
      isMomentBetween(plan.windows, stage, this.#checked, reached) ||
      now - this.#checkedAt >= (this.#held ? HELD_CLOCK_AGE_MS : MAX_CLOCK_AGE_MS)
    ) {
      this.#checked = reached;
      this.#checkedAt = now;
      fires = await this.#moveClock(state);
    }
    if (fires || this.#revises(state, slices, reached)) await this.#hints.fire(this.#context.name);
  }

  /**
   * Whether a slice was touched of which a window has fired and still takes events, as far as is known: the clock may have
   * gone on since it was read, but hardly beyond what this shard itself has reached.
   */
  #revises(state: ShardState, slices: Iterable<number>, reached: number): boolean {
    const fired = Math.max(reached, state.clock?.firesUpTo ?? reached);
    const { plan, stage, session, closingDelay } = this.#context.compiled;
    if (stage.emit.kind === 'final') return false;
    const taken = state.tail.w - closingDelay;
    for (const slice of slices) {
      // Sessions that have ended go on with what comes within the gap, and fire in a unit that has not fired, perhaps.
      if (session !== undefined && plan.windows.sliceEnd(slice) <= fired) return true;
      if (plan.windows.windowsOf(slice).some(({ end }) => end <= fired && end > taken)) return true;
    }
    return false;
  }

  /** @returns whether the watermark has passed a moment at which something becomes due */
  async #moveClock(state: ShardState): Promise<boolean> {
    const { heads, clock: stageClock, compiled } = this.#context;
    const { clock, heads: all } = await heads.read();
    state.clock = clock;
    if (clock === undefined) {
      await this.#hintSweep();
      return false;
    }
    const { plan, stage } = compiled;
    // Shards that seem idle count: only the sweeper, which looks into the stream, may leave one out.
    const source = await readSource(this.#context, all);
    const watermark = watermarkOf(source, stage.outOfOrderness);
    const isDueBetween = (before: number, after: number) =>
      isMomentBetween(plan.windows, stage, before, after);
    let passed = false;
    if (watermark !== undefined && watermark > clock.watermark) {
      await stageClock.forward('watermark', watermark);
      state.clock = { ...clock, watermark, firesUpTo: Math.max(watermark, clock.firesUpTo) };
      passed = isDueBetween(clock.watermark, watermark);
    }
    const reached = state.tail.maxEventTime - stage.outOfOrderness;
    const behind = Math.max(watermark ?? Number.NEGATIVE_INFINITY, state.w);
    // What is loaded from the past ends without warning: a sweep waits for that and fires what silence then makes due.
    const historic = passed && this.#context.now() - state.tail.maxEventTime > HISTORIC_MS;
    this.#held = this.#context.filters.length > 0 && isDueBetween(behind, reached);
    if (historic || isDueBetween(behind, reached)) await this.#hintSweep();
    return passed;
  }

  async #hintSweep(): Promise<void> {
    const now = this.#context.now();
    if (now - this.#sweptAt < SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    await this.#hints.sweep(this.#context.name);
  }
}
