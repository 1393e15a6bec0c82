import type { Outcome } from './outcome.ts';
import type { FunctionProcess } from './process.ts';

interface Waiting {
  readonly payload: string;
  readonly affinity: string | undefined;
  readonly resolve: (outcome: Outcome) => void;
}

/**
 * The processes of one function: as many as there are invocations at the same time, up to a limit, beyond which
 * invocations wait their turn. Idle processes are kept.
 *
 * An invocation with an affinity, a shard's consumer, goes to the process that worked for it last, if that is idle: its
 * caches are warm. A new process is preferred to one whose caches are warm for another shard.
 */
export class FunctionPool {
  readonly #spawn: () => FunctionProcess;
  readonly #limit: number;
  readonly #processes = new Set<FunctionProcess>();
  readonly #waiting: Waiting[] = [];
  #stopped = false;

  constructor(spawn: () => FunctionProcess, limit: number) {
    this.#spawn = spawn;
    this.#limit = limit;
  }

  /** Process ids of the processes that live, for tests and curious people. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  invoke(payload: string, affinity?: string): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#waiting.push({ payload, affinity, resolve });
      this.#next();
    });
  }

  /** Ends the processes; what waits for one fails, as does what is running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const error = { errorType: 'Stopped', errorMessage: 'the local run is stopping' };
    for (const { resolve } of this.#waiting.splice(0)) resolve({ ok: false, requestId: '', error });
    await Promise.all([...this.#processes].map((process) => process.stop()));
  }

  #next(): void {
    if (this.#stopped) return;
    const waiting = this.#waiting[0];
    const process = waiting && this.#choose(waiting.affinity);
    if (waiting === undefined || process === undefined) return;
    this.#waiting.shift();
    process.affinity = waiting.affinity ?? process.affinity;
    process.invoke(waiting.payload).then((outcome) => {
      if (!process.alive) this.#processes.delete(process);
      waiting.resolve(outcome);
      this.#next();
    });
  }

  #choose(affinity: string | undefined): FunctionProcess | undefined {
    const idle = [...this.#processes].filter((process) => process.idle);
    const own = idle.find((process) => process.affinity === affinity);
    const free = own ?? idle.find((process) => affinity === undefined || process.affinity === undefined);
    if (free !== undefined) return free;
    return this.#processes.size < this.#limit ? this.#add() : idle[0];
  }

  #add(): FunctionProcess {
    const process = this.#spawn();
    this.#processes.add(process);
    process.ended.then(() => {
      this.#processes.delete(process);
      this.#next();
    });
    return process;
  }
}
