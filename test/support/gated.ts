/** What becomes of a call to the outside: done, lost on the way there, or done with its answer lost. */
export type CallFate = 'ok' | 'lost' | 'ambiguous';

/** A call that did not succeed, as far as the caller can tell. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
}

/**
 * Holds every call to the outside back until a driver lets it through, so that one seed decides in which order the calls of
 * several invocations happen, and which never do.
 */
export class GatedCalls {
  readonly #waiting: ((fate: CallFate) => void)[] = [];

  /** How many calls are held back. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `action` when the driver says so, with the fate that it chooses. */
  async call<T>(action: () => T | Promise<T>): Promise<T> {
    const fate = await new Promise<CallFate>((resolve) => {
      this.#waiting.push(resolve);
    });
    if (fate === 'lost') throw new CallFailed('lost before it was done');
    const result = await action();
    if (fate === 'ambiguous') throw new CallFailed('done, but the answer was lost');
    return result;
  }

  /** Lets one call through and waits until its invocation has gone as far as it can without another. */
  async release(index: number, fate: CallFate): Promise<void> {
    const [go] = this.#waiting.splice(index, 1);
    go?.(fate);
    // Continuations are microtasks; the timer's turn comes after all of them.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
