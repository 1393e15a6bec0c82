import type { Answer } from './answer.ts';
import type { RetryLimits } from './options.ts';
import type { BufferedEvent, Outcome } from './outcome.ts';
import type { Requests } from './request.ts';
import { pause, retryDelay } from './retry-delay.ts';

/** What deliveries work with. */
export interface DeliveryOptions {
  readonly requests: Requests;
  readonly retry: RetryLimits;
  /** Ends all attempts: what is not settled by then fails. */
  readonly signal: AbortSignal;
  /** Called once for every event. */
  readonly settle: (event: BufferedEvent, outcome: Outcome) => void;
  readonly onRetry: (reason: string, delay: number) => void;
}

const STORED: Outcome = { status: 'stored' };

/**
 * Sends a batch, in order, until every event of it is stored, rejected or given up. A repeated request carries the same events with
 * the same ids, so what an attempt without answer may have stored is not counted again; of an answer that says what is missing,
 * exactly that is sent again, as soon as the server wants it.
 */
export async function deliver(
  path: string,
  batch: readonly BufferedEvent[],
  options: DeliveryOptions,
): Promise<void> {
  const { requests, retry, signal, settle, onRetry } = options;
  const fail = (events: readonly BufferedEvent[], reason: string) => {
    for (const event of events) settle(event, { status: 'failed', reason });
  };
  let pending = batch;
  let progressed = performance.now();
  for (let attempt = 1; pending.length > 0; attempt++) {
    if (signal.aborted) return fail(pending, CLOSED);
    const lines = pending.map(({ line }) => line);
    const answer = await requests.post(path, lines, signal);
    if (answer.kind === 'refused') return fail(pending, answer.reason);
    if (answer.kind === 'too-large') return halve(path, pending, answer.reason, options);
    if (answer.kind === 'stored') {
      const told = answer.accepted + answer.rejected.size;
      if (told === pending.length) book(pending, answer, settle);
      else fail(pending, `the answer accounts for ${told} events of ${pending.length} that were sent`);
      return;
    }
    const left = book(pending, answer, settle);
    if (left.length < pending.length) {
      progressed = performance.now();
      attempt = 1;
      pending = left;
      if (left.length === 0) return;
    }
    if (signal.aborted) return fail(pending, CLOSED);
    const delay = retryDelay(attempt, answer.retryAfter, retry);
    const patience = requests.answered ? retry.patience : Math.min(retry.patience, retry.firstPatience);
    if (performance.now() + delay - progressed > patience) {
      return fail(
        pending,
        `${answer.reason} (gave up after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`,
      );
    }
    onRetry(answer.reason, delay);
    await pause(delay, signal);
  }
}

const CLOSED = 'the client was closed before it was stored';

/** Sends the halves of a batch that was too large one after the other. */
async function halve(
  path: string,
  events: readonly BufferedEvent[],
  reason: string,
  options: DeliveryOptions,
): Promise<void> {
  const [only] = events;
  if (events.length === 1 && only !== undefined) {
    options.settle(only, { status: 'rejected', code: 'too-large', reason, pointer: '' });
    return;
  }
  const middle = events.length >> 1;
  await deliver(path, events.slice(0, middle), options);
  await deliver(path, events.slice(middle), options);
}

/**
 * Books what an answer says about each event of a request.
 *
 * @returns the events that are still to be stored
 */
function book(
  events: readonly BufferedEvent[],
  answer: Extract<Answer, { kind: 'stored' | 'retry' }>,
  settle: DeliveryOptions['settle'],
): readonly BufferedEvent[] {
  if (answer.kind === 'retry' && answer.left === undefined) return events;
  const left: BufferedEvent[] = [];
  for (const [index, event] of events.entries()) {
    const rejection = answer.rejected.get(index);
    if (answer.kind === 'retry' && answer.left?.has(index)) left.push(event);
    else if (rejection === undefined) settle(event, STORED);
    else settle(event, { status: 'rejected', ...rejection });
  }
  return left;
}
