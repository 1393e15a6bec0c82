import { compilePlan } from '../../shared/windows/plan.ts';
import { SessionChains } from '../../shared/windows/session-chains.ts';
import type { DeltaReader, ResultValues, Span, WindowPlan } from '../../shared/windows/types.ts';
import type { Observed } from './algebra.ts';
import { type Declared, declareStage } from './declare.ts';
import { ARRIVAL, type Emission, type Outcome, type TranscriptEvent } from './transcript.ts';

/** A session that was found, with what it holds. */
interface Found extends Span {
  readonly values: ResultValues;
}

/** What a unit of sessions had when it was fired last, whether there was something to tell or not. */
interface Fired {
  readonly revision: number;
  /** How many events its sessions were looked for in. */
  readonly events: number;
  /** Of the unit, by key and start. */
  readonly own: ReadonlyMap<string, Found>;
  /** Of all units. */
  readonly all: readonly Found[];
}

/**
 * A stage of sessions made of nothing but the pure algebra, one event at a time. Sessions whose last events lie in one slice are
 * emitted together, when time has passed that slice and a gap.
 */
export class SessionAlgebraStage {
  readonly #plan: WindowPlan;
  readonly #gap: number;
  readonly #resolution: number;
  readonly #bound: number;
  readonly #lateness: number;
  readonly #maxAhead: number;
  readonly #onlyFinal: boolean;
  readonly #ids = new Set<string>();
  readonly #slices = new Map<number, DeltaReader[]>();
  readonly #fired = new Map<number, Fired>();
  readonly #closed = new Set<number>();
  #watermark = Number.NEGATIVE_INFINITY;

  constructor(declared: Declared) {
    const stage = declareStage(declared);
    if (stage.window.kind !== 'session') throw new TypeError(`${stage.name} has no sessions`);
    this.#plan = compilePlan(stage);
    this.#gap = stage.window.gap;
    this.#resolution = stage.window.resolution;
    this.#bound = stage.outOfOrderness;
    this.#lateness = stage.allowedLateness;
    this.#maxAhead = stage.input.maxAhead;
    this.#onlyFinal = stage.emit.kind === 'final';
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
    // Too late is what could only be a session that is closed, were it alone.
    if (this.#watermark >= slice + this.#resolution + this.#gap + this.#lateness) return 'late';
    this.#ids.add(id);
    const delta = this.#plan.createDelta();
    delta.add(slice, key, { id, key, at: time, amount }, time);
    const deltas = this.#slices.get(slice) ?? [];
    this.#slices.set(slice, [...deltas, this.#plan.read(delta.encode())]);
    return 'accepted';
  }

  *#fire(): Generator<Observed['emits'][number]> {
    const all = this.#sessions();
    // Those that this round takes back count as well.
    const told = [...this.#fired.values()].flatMap(({ own }) => [...own.values()]);
    for (const slice of [...this.#slices.keys()].sort((a, b) => a - b)) {
      const end = slice + this.#resolution + this.#gap;
      if (this.#watermark < end || this.#closed.has(slice)) continue;
      // Events up to the end of the unit may lengthen its sessions; they are accepted a gap and the lateness longer.
      const final = this.#watermark >= end + this.#gap + this.#lateness;
      if (this.#onlyFinal && !final) continue;
      const before = this.#fired.get(slice);
      // Whatever comes before the end of the unit may change it, and costs it a revision even where nothing has changed.
      const events = this.#eventsBefore(end);
      if (!final && events === before?.events) continue;
      const revision = before === undefined ? 0 : before.revision + 1;
      const own = new Map(
        all
          .filter(({ last }) => last >= slice && last < slice + this.#resolution)
          .map((found) => [nameOf(found), found]),
      );
      const emits = [...this.#changes(before, own, told, { final, revision })];
      if (final) this.#closed.add(slice);
      yield* emits;
      this.#fired.set(slice, { revision, events, own, all });
    }
  }

  *#changes(
    before: Fired | undefined,
    own: ReadonlyMap<string, Found>,
    told: readonly Found[],
    { final, revision }: Pick<Emission, 'final' | 'revision'>,
  ): Generator<Observed['emits'][number]> {
    for (const [name, found] of own) {
      const known = before?.own.get(name);
      if (!final && known !== undefined && textOf(known) === textOf(found)) continue;
      const replaces = (before?.all ?? []).filter(
        (other) => other.key === found.key && isInside(other, found) && !isSame(other, found),
      );
      yield {
        ...this.#boundsOf(found),
        revision,
        final,
        values: found.values,
        replaces: replaces
          .filter((other) => told.some((one) => nameOf(one) === nameOf(other) && isSame(one, other)))
          .map((other) => [other.start, other.last + this.#gap]),
      };
    }
    for (const [name, known] of before?.own ?? []) {
      const found = own.get(name);
      if (found !== undefined && isSame(found, known)) continue;
      yield { ...this.#boundsOf(known), revision, final, retracted: true, values: {} };
    }
  }

  #eventsBefore(end: number): number {
    return [...this.#slices].reduce(
      (events, [slice, deltas]) => events + (slice < end ? deltas.length : 0),
      0,
    );
  }

  #boundsOf({ key, start, last }: Span) {
    return { key, start, end: last + this.#gap };
  }

  #sessions(): Found[] {
    const chains = new SessionChains(this.#gap, this.#plan.createMerge());
    for (const slice of [...this.#slices.keys()].sort((a, b) => a - b)) {
      const merge = this.#plan.createMerge();
      for (const delta of this.#slices.get(slice) ?? []) delta.mergeInto(slice, merge);
      chains.add(merge);
    }
    return chains.sessions.map(({ key, start, last }) => ({
      key,
      start,
      last,
      values: chains.valuesOf({ key, start, last }),
    }));
  }
}

const nameOf = ({ key, start }: Span): string => `${start} ${key}`;
const isSame = (one: Span, other: Span): boolean => one.start === other.start && one.last === other.last;
const isInside = (one: Span, other: Span): boolean => one.start >= other.start && one.last <= other.last;
const textOf = ({ start, last, values }: Found): string => JSON.stringify([start, last, values]);
