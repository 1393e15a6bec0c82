import { Violation } from './observer.ts';

/** A result event as an outside consumer reads it. */
export interface Received {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly revision: number;
  readonly final: boolean;
  /** The window is no more: late events have joined it to another. */
  readonly retracted: boolean;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Everything that left the pipeline. */
export class Sink {
  /** Result id -> its bytes. */
  readonly #contents = new Map<string, string>();
  /** `start end key` -> what was received, by revision. */
  readonly results = new Map<string, Map<number, Received>>();
  /** Identities of the events on the late output. */
  readonly late = new Set<string>();
  /** Identities of those that were counted in some of their windows only. */
  readonly partlyLate = new Set<string>();
  /** `sequence-sub` of what was set aside. */
  readonly rejected = new Set<string>();
  readonly violations: Violation[] = [];

  result(text: string): void {
    const { id, data } = JSON.parse(text) as {
      id: string;
      data: { key: string; start: string; end: string } & Omit<Received, 'start' | 'end'>;
    };
    const before = this.#contents.get(id);
    if (before !== undefined && before !== text) {
      this.violations.push(new Violation('outcome', `result ${id} has two contents: ${before} and ${text}`));
    }
    this.#contents.set(id, text);
    const { key, revision, final, values, retracted = false } = data;
    const [start, end] = [Date.parse(data.start), Date.parse(data.end)];
    const name = `${start} ${end} ${key}`;
    const known = this.results.get(name) ?? new Map<number, Received>();
    known.set(revision, { key, start, end, revision, final, retracted, values });
    this.results.set(name, known);
  }

  lateEvent(text: string): void {
    const { source, id, millracereason } = JSON.parse(text) as Record<string, string>;
    (millracereason === 'partly-late' ? this.partlyLate : this.late).add(`${source} ${id}`);
  }

  /** The latest result of every window and key, as a table of results keeps it. */
  latest(): Map<string, Received> {
    return new Map(
      [...this.results].map(([name, revisions]) => {
        const highest = Math.max(...revisions.keys());
        return [name, revisions.get(highest) as Received];
      }),
    );
  }
}
