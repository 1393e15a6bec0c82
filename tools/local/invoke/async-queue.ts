import { setTimeout as delay } from 'node:timers/promises';
import { failureKey } from '../event-source-mapping/destination.ts';
import type { Outcome } from '../functions/outcome.ts';
import { localArn } from '../place.ts';
import type { AsyncSpec } from '../template/model.ts';

export interface AsyncQueueOptions {
  /** No rejection for a failing function. */
  readonly invoke: (name: string, payload: string) => Promise<Outcome>;
  readonly configs: readonly AsyncSpec[];
  /** Puts an object into an on-failure bucket. */
  readonly keep: (bucket: string, key: string, body: string) => Promise<void>;
  readonly notice: (text: string) => void;
  /** A function's name for people. */
  readonly labelOf: (name: string) => string;
  /** Waits before the second and the third attempt. Lambda waits one and two minutes; nobody wants to watch that. */
  readonly waitsMs?: readonly number[];
}

const WAITS_MS = [1_000, 2_000];

const DEFAULTS: Omit<AsyncSpec, 'functionName'> = {
  maximumRetryAttempts: 2,
  maximumEventAgeSeconds: 21_600,
  onFailureBucket: undefined,
};

/**
 * Asynchronous invocations: accepted at once, tried again when the function fails, given up after that. The queue is in
 * memory: what is in it when the run is killed is lost, where Lambda's would not be.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** Accepts an event; the function runs later. */
  add(name: string, payload: string): void {
    const running = this.#run(name, payload)
      .catch((error: Error) => this.#notice(name, error.message))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Lets what runs, and what that adds, finish, and gives up what waits for another attempt. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.idle();
  }

  async #run(name: string, payload: string): Promise<void> {
    const { invoke, configs, waitsMs = WAITS_MS } = this.#options;
    const config = configs.find(({ functionName }) => functionName === name) ?? DEFAULTS;
    const deadline = Date.now() + config.maximumEventAgeSeconds * 1000;
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await invoke(name, payload);
      if (outcome.ok) return;
      const waitMs = waitsMs[attempts - 1] ?? waitsMs.at(-1) ?? 0;
      const isLast = attempts > config.maximumRetryAttempts;
      if (isLast || Date.now() + waitMs > deadline) {
        const condition = isLast ? 'RetriesExhausted' : 'EventAgeExceeded';
        return this.#giveUp(name, payload, { condition, attempts, outcome, bucket: config.onFailureBucket });
      }
      try {
        await delay(waitMs, undefined, { signal: this.#abort.signal });
      } catch {
        return;
      }
    }
  }

  async #giveUp(
    name: string,
    payload: string,
    {
      condition,
      attempts,
      outcome,
      bucket,
    }: { condition: string; attempts: number; outcome: Outcome; bucket: string | undefined },
  ): Promise<void> {
    this.#notice(name, `an asynchronous invocation is given up after ${attempts} attempts`);
    if (bucket === undefined) return;
    const now = new Date();
    const record = {
      version: '1.0',
      timestamp: now.toISOString(),
      requestContext: {
        requestId: outcome.requestId,
        functionArn: localArn('lambda', `function:${name}:$LATEST`),
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(payload) as unknown,
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: outcome.ok ? null : outcome.error,
    };
    await this.#options.keep(bucket, failureKey(`async/${name}`, now), JSON.stringify(record));
  }

  #notice(name: string, text: string): void {
    this.#options.notice(`${this.#options.labelOf(name)}: ${text}`);
  }
}
