import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffDelay } from '../../../shared/runtime/backoff.ts';
import { type Answer, interpret } from './answer.ts';
import { encodeBody } from './batches.ts';
import type { Item, Refusal } from './items.ts';

/** Where to send, and how persistently. */
export interface ClientOptions {
  /** Address of the ingestion of one event type. */
  readonly endpoint: URL;
  readonly key: string;
  /** Milliseconds without any progress after which sending fails. */
  readonly patience: number;
  /** The same until the server has answered for the first time: a wrong address should not take long to show. */
  readonly firstPatience: number;
  /** The wait between attempts, at least. */
  readonly backoff?: Backoff | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told about every failed request that is repeated. */
  readonly onRetry?: ((reason: string, delay: number) => void) | undefined;
}

/** What became of a batch. */
export interface Delivery {
  readonly accepted: number;
  readonly refused: readonly Refusal[];
}

interface Tally {
  accepted: number;
  readonly refused: Refusal[];
}

/** Sending cannot go on; events from here on are not, or not known to be, stored. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

const BACKOFF: Backoff = { base: 200, cap: 10_000 };
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Sends batches, each until it is stored. A repeated request carries the same events with the same ids, so what an
 * attempt without answer may have stored is not counted again.
 */
export class SendClient {
  readonly #options: ClientOptions;
  #answered = false;
  #retried = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Number of requests that had to be repeated. */
  get retried(): number {
    return this.#retried;
  }

  /**
   * Sends a batch until every event of it is stored or rejected.
   *
   * @throws SendError when that cannot be done
   */
  async deliver(items: readonly Item[], body: Buffer): Promise<Delivery> {
    const { patience, firstPatience, backoff = BACKOFF } = this.#options;
    const delivery: Tally = { accepted: 0, refused: [] };
    let pending = items;
    let bytes = body;
    let progressed = Date.now();
    for (let attempt = 1; pending.length > 0; attempt++) {
      const answer = await this.#attempt(bytes);
      if (answer.kind === 'refused') throw new SendError(answer.reason);
      if (answer.kind === 'too-large') {
        await this.#halve(pending, answer.reason, delivery);
        break;
      }
      if (answer.kind === 'stored' && answer.accepted + answer.rejected.size !== pending.length) {
        const told = answer.accepted + answer.rejected.size;
        throw new SendError(`the answer accounts for ${told} events of ${pending.length} that were sent`);
      }
      const left = settle(pending, answer, delivery);
      if (answer.kind === 'stored') break;
      if (left.length < pending.length) {
        progressed = Date.now();
        attempt = 1;
        pending = left;
        bytes = await encodeBody(left);
        if (left.length === 0) break;
      }
      const delay = Math.max(answer.retryAfter ?? 0, backoffDelay(attempt, backoff));
      const limit = this.#answered ? patience : Math.min(patience, firstPatience);
      if (Date.now() + delay - progressed > limit) {
        throw new SendError(`${answer.reason} (gave up after ${attempt} attempts)`);
      }
      await this.#pause(answer.reason, delay);
    }
    return delivery;
  }

  /** Sends the halves of a batch that was too large one after the other. */
  async #halve(items: readonly Item[], reason: string, delivery: Tally): Promise<void> {
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      delivery.refused.push({ line: only.line, text: only.text, reason });
      return;
    }
    const middle = items.length >> 1;
    for (const half of [items.slice(0, middle), items.slice(middle)]) {
      const { accepted, refused } = await this.deliver(half, await encodeBody(half));
      delivery.accepted += accepted;
      delivery.refused.push(...refused);
    }
  }

  async #pause(reason: string, delay: number): Promise<void> {
    const { signal, onRetry } = this.#options;
    this.#retried++;
    onRetry?.(reason, delay);
    await sleep(delay, undefined, { signal }).catch(() => {});
    if (signal?.aborted) throw new SendError('interrupted');
  }

  async #attempt(body: Buffer): Promise<Answer> {
    const { endpoint, key, signal } = this.#options;
    const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-ndjson',
          'content-encoding': 'gzip',
          'x-api-key': key,
        },
        body,
        redirect: 'error',
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      const text = await response.text();
      this.#answered = true;
      return interpret(response.status, response.headers, text);
    } catch (error) {
      if (signal?.aborted) throw new SendError('interrupted');
      return {
        kind: 'retry',
        reason: describeFault(endpoint, error),
        retryAfter: undefined,
        rejected: new Map(),
        left: undefined,
      };
    }
  }
}

/**
 * Books what an answer says about each event of a request.
 *
 * @returns the events that are still to be stored
 */
function settle(
  items: readonly Item[],
  answer: Extract<Answer, { kind: 'stored' | 'retry' }>,
  delivery: Tally,
): readonly Item[] {
  if (answer.kind === 'retry' && answer.left === undefined) return items;
  const left: Item[] = [];
  for (const [index, item] of items.entries()) {
    const reason = answer.rejected.get(index);
    if (answer.kind === 'retry' && answer.left?.has(index)) left.push(item);
    else if (reason === undefined) delivery.accepted++;
    else delivery.refused.push({ line: item.line, text: item.text, reason });
  }
  return left;
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function describeFault(endpoint: URL, error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string; message?: string } };
  const what = name === 'TimeoutError' ? 'no answer in time' : (cause?.code ?? cause?.message ?? message);
  return `cannot reach ${endpoint.origin}: ${what}`;
}
