import { type CommitTooLarge, MAX_COMMIT_BYTES } from './log.ts';
import { formatPosition, type Position } from './position.ts';

/** Events per commit at most: their ids alone are 8 bytes each, of the 380 KB that fit. */
const MOST_EVENTS = 25_000;
/** After a commit of less, twice as many events are tried again. */
const SMALL_BYTES = MAX_COMMIT_BYTES / 4;

/** How much of a batch goes into the next commit: less after one that was too large, more again after small ones. */
export class CommitSize {
  #events = MOST_EVENTS;
  #tooLarge: { readonly behind: string; readonly reason: string } | undefined;

  /** Events at most. */
  get events(): number {
    return this.#events;
  }

  /**
   * Why what comes right behind a position must be set aside instead of counted, if no commit can hold it. Of another position
   * nothing is known: somebody else has committed what was tried there.
   */
  tooLargeBehind(position: Position): string | undefined {
    return this.#tooLarge?.behind === formatPosition(position) ? this.#tooLarge.reason : undefined;
  }

  /** After a commit of so many bytes. */
  written(bytes: number): void {
    this.#tooLarge = undefined;
    if (bytes < SMALL_BYTES) this.#events = Math.min(MOST_EVENTS, this.#events * 2);
  }

  /**
   * After a commit behind a position that was too large.
   *
   * @returns whether there is anything left to try
   */
  refused(position: Position, { size }: CommitTooLarge): boolean {
    if (this.#events > 1) this.#events = Math.ceil(this.#events / 2);
    else if (this.tooLargeBehind(position) !== undefined) return false;
    else {
      const reason = `with it alone a commit takes ${size} bytes, over ${MAX_COMMIT_BYTES}`;
      this.#tooLarge = { behind: formatPosition(position), reason };
    }
    return true;
  }
}
