/** The exit status by which shells know a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const ECHO_MS = 500;
const WATCH_MS = 500;

/** What Ctrl-C does: before the run is ready, and the second time, the process ends at once, and its children see that. */
export class Interrupts {
  #expected = false;
  #last = Number.NEGATIVE_INFINITY;
  #resolve: () => void = () => {};

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => this.#interrupt());
    endWithNpm();
  }

  /** Resolves at the next one. */
  next(): Promise<void> {
    this.#expected = true;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #interrupt(): void {
    const now = performance.now();
    const echo = now - this.#last < ECHO_MS;
    this.#last = now;
    if (echo) return;
    if (!this.#expected) process.exit(INTERRUPTED);
    this.#expected = false;
    this.#resolve();
  }
}

/** Whoever kills `npm start` means all of it: without its npm this process would live on and keep port and data. */
function endWithNpm(): void {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) process.exit(INTERRUPTED);
  }, WATCH_MS).unref();
}
