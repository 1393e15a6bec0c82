/** The same thing is said again after this time at the earliest. */
const QUIET_MS = 10_000;

/**
 * Passes on sentences that a person should see, without repeating itself: a function that fails on every retry is one
 * line every few seconds, not a screenful.
 */
export class Notices {
  readonly #listeners = new Set<(text: string) => void>();
  readonly #said = new Map<string, { at: number; held: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  listen(listener: (text: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Passes a sentence on as often as it is said: each is about something else. */
  readonly announce = (text: string): void => {
    for (const listener of this.#listeners) listener(text);
  };

  readonly say = (text: string): void => {
    // Ids and numbers differ from one occurrence to the next.
    const same = text.replace(/[0-9a-f-]{36}|\d+/g, '#');
    const last = this.#said.get(same);
    if (last !== undefined && this.#now() - last.at < QUIET_MS) {
      last.held += 1;
      return;
    }
    const more = last !== undefined && last.held > 0 ? ` (and ${last.held} times more)` : '';
    this.#said.set(same, { at: this.#now(), held: 0 });
    if (this.#said.size > 1000) this.#said.clear();
    for (const listener of this.#listeners) listener(`${text}${more}`);
  };
}
