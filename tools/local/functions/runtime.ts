import { join } from 'node:path';
import { LogFile } from '../log-file.ts';
import type { LocalEndpoints } from '../run.ts';
import type { FunctionSpec } from '../template/model.ts';
import { environmentOf } from './environment.ts';
import { MAX_PAYLOAD_BYTES, type Outcome, PayloadTooLargeError, UnknownFunctionError } from './outcome.ts';
import { FunctionPool } from './pool.ts';
import { FunctionProcess } from './process.ts';

export interface RuntimeOptions {
  readonly specs: readonly FunctionSpec[];
  readonly endpoints: LocalEndpoints;
  readonly dataDir: string;
  /** Told one sentence for each invocation that fails. */
  readonly notice: (text: string) => void;
  /** Processes per function at most. */
  readonly maxProcesses: number;
}

/** All functions of a template. A function without invocations has no process. */
export class FunctionRuntime {
  readonly #options: RuntimeOptions;
  readonly #pools = new Map<string, FunctionPool>();
  /** Metrics of all functions. */
  readonly #metrics: LogFile;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.#metrics = new LogFile(join(options.dataDir, 'logs', 'metrics.log'));
  }

  /** @throws UnknownFunctionError */
  check(name: string): void {
    this.#specOf(name);
  }

  /**
   * Runs a function on one event.
   *
   * @param payload - the event as JSON
   * @param affinity - names an ordered consumer, which gets the process it had before
   * @returns how it ended; the function's failure is no rejection
   * @throws UnknownFunctionError, PayloadTooLargeError
   */
  async invoke(name: string, payload: string, affinity?: string): Promise<Outcome> {
    const pool = this.#poolOf(name);
    // Most payloads are ASCII and far from the limit: measured only when the answer is not obvious.
    if (payload.length > MAX_PAYLOAD_BYTES / 3 && Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new PayloadTooLargeError(`an event of ${name} has at most ${MAX_PAYLOAD_BYTES} bytes`);
    }
    const outcome = await pool.invoke(payload, affinity);
    if (!outcome.ok) {
      const { errorType, errorMessage } = outcome.error;
      this.#options.notice(`${this.labelOf(name)}: ${errorType}: ${errorMessage.split('\n')[0]}`);
    }
    return outcome;
  }

  /** A function's name for people. */
  labelOf(name: string): string {
    return this.#options.specs.find((spec) => spec.name === name)?.label ?? name;
  }

  /** Process ids of a function. */
  pids(name: string): number[] {
    return this.#pools.get(name)?.pids ?? [];
  }

  /** Ends all processes, those that are working too. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()));
  }

  #poolOf(name: string): FunctionPool {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      const spec = this.#specOf(name);
      const { endpoints, dataDir, maxProcesses } = this.#options;
      const environment = environmentOf(spec, endpoints);
      const log = new LogFile(join(dataDir, 'logs', `${spec.label}.log`));
      const limit = Math.max(1, Math.min(spec.reservedConcurrency ?? maxProcesses, maxProcesses));
      pool = new FunctionPool(() => new FunctionProcess(spec, environment, log, this.#metrics), limit);
      this.#pools.set(name, pool);
    }
    return pool;
  }

  #specOf(name: string): FunctionSpec {
    const spec = this.#options.specs.find((candidate) => candidate.name === name);
    if (spec === undefined) throw new UnknownFunctionError(`the template has no function "${name}"`);
    if (spec.directory === undefined)
      throw new UnknownFunctionError(`the code of "${name}" is not in the assembly`);
    return spec;
  }
}
