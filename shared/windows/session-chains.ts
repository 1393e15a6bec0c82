import type { ResultValues, Span, WindowMerge } from './types.ts';

interface OpenSession extends Span {
  /** Of its row among those of all sessions. */
  readonly name: string;
  last: number;
}

/**
 * Chains the partials of slices into sessions, key by key: a partial goes on with the session before it where its first event is
 * no more than a gap after that session's last one. Takes slices in the order of time, after what is carried over from before them.
 */
export class SessionChains {
  readonly #gap: number;
  /** A row per session: what a key had before its latest one is kept as well. */
  readonly #rows: WindowMerge;
  readonly #latest = new Map<string, OpenSession>();
  readonly #sessions: OpenSession[] = [];

  /** @param rows - an empty merge of the stage */
  constructor(gap: number, rows: WindowMerge) {
    this.#gap = gap;
    this.#rows = rows;
  }

  /** Adds the partials of a slice, or of what was carried over: one per key, none of which begins before one added earlier. */
  add(partials: WindowMerge): void {
    const names: string[] = [];
    for (const { key, start, last } of partials.spans()) {
      let session = this.#latest.get(key);
      if (session === undefined || start > session.last + this.#gap) {
        session = { key, start, last, name: `${start} ${key}` };
        this.#latest.set(key, session);
        this.#sessions.push(session);
      } else if (last > session.last) session.last = last;
      names.push(session.name);
    }
    this.#rows.absorb(partials, (index) => names[index]);
  }

  /** All sessions, each ending a gap after its last event; those of a key in the order of time. */
  get sessions(): readonly Span[] {
    return this.#sessions;
  }

  /** The values of a session. */
  valuesOf({ key, start }: Span): ResultValues {
    return this.#rows.valuesOf(`${start} ${key}`, start) ?? {};
  }

  /**
   * Adds to a merge, by key, the sessions that an event at `boundary` would still go on with: what whoever starts there has to know
   * of all that was before.
   */
  carryOver(boundary: number, into: WindowMerge): void {
    const carried = new Map<string, string>();
    for (const { key, last, name } of this.#latest.values()) {
      if (last + this.#gap >= boundary) carried.set(name, key);
    }
    const { keys } = this.#rows;
    into.absorb(this.#rows, (index) => carried.get(keys[index] as string));
  }
}
