/** The exit status by which shells know a program that Ctrl-C ended. */
const INTERRUPTED = 130;

/** What Ctrl-C does: before the run is ready, and the second time, the process ends at once, and its children see that. */
export class Interrupts {
  #expected = false;
  #resolve: () => void = () => {};

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (!this.#expected) process.exit(INTERRUPTED);
        this.#expected = false;
        this.#resolve();
      });
    }
  }

  /** Resolves at the next one. */
  next(): Promise<void> {
    this.#expected = true;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}
