import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { LogFile } from '../log-file.ts';
import type { FunctionSpec } from '../template/model.ts';
import { heapFlags } from './environment.ts';
import type { FunctionError, Outcome } from './outcome.ts';
import { FunctionOutput } from './output.ts';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.js', import.meta.url));
/** Lambda's limit: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_MS = 10_000;
const STOP_MS = 2_000;

type Answer = { readonly id: string } & (
  | { readonly payload: string; readonly error?: undefined }
  | { readonly error: FunctionError }
);

/** One execution environment of a function: a child process that works on one invocation at a time. */
export class FunctionProcess {
  /** The ordered consumer that used it last; see the pool. */
  affinity: string | undefined;
  readonly #spec: FunctionSpec;
  readonly #child: ChildProcess;
  readonly #gone: Promise<string>;
  #busy = false;
  #ready = false;
  #alive = true;
  #ended = false;
  /** Told of every message, and with none of the end. */
  #listener: ((message?: Answer) => void) | undefined;
  /** Why the process was killed, if it was killed here. */
  #verdict: FunctionError | undefined;

  constructor(spec: FunctionSpec, environment: Record<string, string>, log: LogFile, metrics: LogFile) {
    this.#spec = spec;
    this.#child = fork(BOOTSTRAP, [spec.label], {
      cwd: spec.directory,
      env: environment,
      execArgv: heapFlags(spec),
      // Events are long strings, which this copies instead of escaping them as JSON once more.
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = new FunctionOutput(log, metrics);
    this.#child.stdout?.setEncoding('utf8');
    this.#child.stdout?.on('data', (text: string) => output.write(text));
    this.#child.stdout?.once('end', () => output.end());
    this.#child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
    this.#child.on('message', (message) => {
      this.#ready = true;
      this.#listener?.(message as Answer);
    });
    this.#gone = new Promise((resolve) => {
      const end = (why: string): void => {
        this.#alive = false;
        this.#ended = true;
        resolve(why);
        this.#listener?.();
      };
      this.#child.once('exit', (code, signal) => end(signal ? `signal: ${signal}` : `exit status ${code}`));
      this.#child.once('error', (error) => end(error.message));
    });
  }

  get idle(): boolean {
    return this.#alive && !this.#busy;
  }

  get alive(): boolean {
    return this.#alive;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<unknown> {
    return this.#gone;
  }

  /** Runs one event; the caller has seen that the process is idle. Never rejects. */
  async invoke(payload: string): Promise<Outcome> {
    this.#busy = true;
    const requestId = randomUUID();
    const { timeoutMs } = this.#spec;
    const initTimer = this.#killAfter(INIT_MS, () => `Init timed out after ${INIT_MS / 1000} seconds`);
    if (!this.#ready) await this.#message(() => true);
    clearTimeout(initTimer);
    if (!this.#ready) return this.#dead(requestId);
    const seconds = (timeoutMs / 1000).toFixed(2);
    const timer = this.#killAfter(timeoutMs, () => `${requestId} Task timed out after ${seconds} seconds`);
    try {
      const answering = this.#message(({ id }) => id === requestId);
      this.#child.send({ id: requestId, payload, deadline: Date.now() + timeoutMs }, () => {});
      const answer = await answering;
      if (answer === undefined) return this.#dead(requestId);
      return answer.error === undefined
        ? { ok: true, requestId, payload: answer.payload }
        : { ok: false, requestId, error: answer.error };
    } finally {
      clearTimeout(timer);
      this.#busy = false;
    }
  }

  /** Ends the process: politely first, so that a compile cache or a log line gets written. */
  async stop(): Promise<void> {
    if (!this.#alive) return;
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  /**
   * The next message of a sort, `undefined` when the process ends without one. (Not `Promise.race` with its end: a promise keeps
   * all that it was raced against, and with it every answer, for as long as the process lives.)
   */
  #message(isIt: (message: Answer) => boolean): Promise<Answer | undefined> {
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#listener = (message) => {
        if (message !== undefined && !isIt(message)) return;
        this.#listener = undefined;
        resolve(message);
      };
    });
  }

  #killAfter(ms: number, why: () => string): NodeJS.Timeout {
    return setTimeout(() => {
      this.#verdict = { errorType: 'Sandbox.Timedout', errorMessage: why() };
      // From here on nobody may give it work, even before the system reports its end.
      this.#alive = false;
      this.#child.kill('SIGKILL');
    }, ms);
  }

  async #dead(requestId: string): Promise<Outcome> {
    const why = await this.#gone;
    const exit: FunctionError = {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${why}`,
    };
    return { ok: false, requestId, error: this.#verdict ?? exit };
  }
}
