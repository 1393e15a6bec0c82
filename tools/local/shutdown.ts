/** What was started, to be stopped in the opposite order. */
export class Shutdown {
  readonly #steps: (() => unknown)[] = [];
  #over = false;

  /** Remembers how to stop something; what came up too late is stopped at once. */
  add(step: () => unknown): void {
    this.#steps.push(step);
    if (this.#over) void this.run();
  }

  /** Stops everything, whatever fails meanwhile. */
  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        console.error(error);
      }
    }
    this.#over = true;
  }
}

/** Waits for a task, but not longer than that; what comes of a slow one is nobody's business. */
export async function atMost(ms: number, task: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([task, limit]);
  clearTimeout(timer);
}
