import type { Emission as Mode } from '../../shared/pipeline/index.ts';
import { compilePlan } from '../../shared/windows/plan.ts';
import type { DeltaReader, ResultValues, Window, WindowPlan } from '../../shared/windows/types.ts';
import { closesAt } from '../../shared/windows/watermark.ts';
import { type Declared, declareStage } from './declare.ts';
import { ARRIVAL, type Emission, type Outcome, type TranscriptEvent } from './transcript.ts';

/** What a step has led to. */
export interface Observed {
  readonly outcome: Outcome;
  readonly watermark: number;
  readonly emits: readonly (Omit<Emission, 'values'> & { readonly values: ResultValues })[];
}

interface Fired {
  readonly revision: number;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * A stage made of nothing but the pure algebra of windows, one event at a time: no log, no shards, no batches, no clock on a
 * wall. What the protocol adds must not change what comes out.
 */
export class AlgebraStage {
  readonly #plan: WindowPlan;
  readonly #bound: number;
  readonly #lateness: number;
  readonly #maxAhead: number;
  readonly #emit: Mode;
  readonly #ids = new Set<string>();
  readonly #deltas: DeltaReader[] = [];
  readonly #windows = new Map<number, Window>();
  readonly #fired = new Map<number, Fired>();
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(declared: Declared) {
    const stage = declareStage(declared);
    this.#plan = compilePlan(stage);
    this.#bound = stage.outOfOrderness;
    this.#lateness = stage.allowedLateness;
    this.#maxAhead = stage.input.maxAhead;
    this.#emit = stage.emit;
  }

  take(event: TranscriptEvent): Observed {
    const outcome = this.#count(event);
    if (outcome !== 'rejected') this.#watermark = Math.max(this.#watermark, event.time - this.#bound);
    return { outcome, watermark: this.#watermark, emits: [...this.#fire()] };
  }

  #count({ id, key, time, amount }: TranscriptEvent): Outcome {
    if (time - ARRIVAL > this.#maxAhead) return 'rejected';
    if (this.#ids.has(id)) return 'duplicate';
    const slice = this.#plan.windows.sliceOf(time);
    const windows = this.#plan.windows.windowsOf(slice);
    if (windows.length === 0) return 'outside';
    if (windows.every((window) => this.#isClosed(window))) return 'late';
    this.#ids.add(id);
    const delta = this.#plan.createDelta();
    delta.add(slice, key, { id, key, at: time, amount }, time);
    this.#deltas.push(this.#plan.read(delta.encode()));
    for (const window of windows) if (!this.#isClosed(window)) this.#windows.set(window.end, window);
    return 'accepted';
  }

  #isClosed = (window: Window): boolean => this.#watermark >= closesAt(window, this.#lateness);

  *#fire(): Generator<Observed['emits'][number]> {
    for (const [end, window] of [...this.#windows].sort(([a], [b]) => a - b)) {
      const before = this.#fired.get(end);
      const revision = this.#revisionOf(window, before);
      if (revision === undefined) continue;
      const final = this.#isClosed(window);
      const values = this.#valuesOf(window);
      const changed = [...values].filter(([key, value]) => before?.values.get(key) !== JSON.stringify(value));
      const emitted = final || revision === 0 || before === undefined ? [...values] : changed;
      if (emitted.length === 0) continue;
      for (const [key, value] of emitted) yield { key, ...window, revision, final, values: value };
      this.#fired.set(end, {
        revision,
        values: new Map([...values].map(([key, value]) => [key, JSON.stringify(value)])),
      });
      if (final) this.#windows.delete(end);
    }
  }

  /** Which revision of a window is to be emitted now, if something of it has changed. */
  #revisionOf(window: Window, before: Fired | undefined): number | undefined {
    const done = before?.revision ?? Number.NEGATIVE_INFINITY;
    if (this.#emit.kind === 'final' && !this.#isClosed(window)) return undefined;
    if (this.#watermark >= window.end) return Math.max(done + 1, 0);
    if (this.#emit.kind !== 'early') return undefined;
    // The ticks of the window count down to its end: the last one before it has the revision -1.
    const { every } = this.#emit;
    const ticks = Math.ceil((window.end - window.start) / every) - 1;
    const passed = Math.floor((this.#watermark - window.start) / every);
    const revision = passed - ticks - 1;
    return passed >= 1 && revision > done ? revision : undefined;
  }

  #valuesOf(window: Window): Map<string, ResultValues> {
    const merge = this.#plan.createMerge();
    for (const slice of this.#plan.windows.slicesOf(window)) {
      for (const delta of this.#deltas) delta.mergeInto(slice, merge);
    }
    return new Map(merge.results(window.start));
  }
}
