import { colors as pc } from '../colors.ts';

/** Prints each step of starting with the time that has passed. */
export class Progress {
  readonly #start = performance.now();
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  readonly step = (text: string): void => {
    this.#write(`${pc.dim(`${this.seconds.padStart(5)} s`)}  ${text}`);
  };

  /** Since the start, such as `1.4`. */
  get seconds(): string {
    return ((performance.now() - this.#start) / 1000).toFixed(1);
  }
}
