import { pathOf } from '../../../client/event-line.ts';
import { MillraceClient, type Outcome } from '../../../client/index.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import type { Backoff } from '../../../shared/runtime/backoff.ts';
import { ahead } from './ahead.ts';
import { type Format, readBlocks } from './blocks.ts';
import type { Item, Refusal } from './items.ts';
import { Pacer } from './pacer.ts';
import type { Source } from './source.ts';

export interface SendOptions {
  readonly type: EventType;
  /** Root of the HTTP API. */
  readonly url: URL;
  readonly key: string;
  /** Events per request. */
  readonly batch: number;
  /** Events per second; infinity for as fast as possible. */
  readonly rate: number;
  readonly format?: Format | undefined;
  /** Milliseconds of event time that one request may span; see `spanOf`. */
  readonly span?: number;
  /** Milliseconds without progress after which sending fails. */
  readonly patience: number;
  readonly backoff?: Backoff | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far sending has come. */
export interface Progress {
  accepted: number;
  rejected: number;
  /** Requests that were repeated. */
  retried: number;
}

/** Takes part in sending. */
export interface SendListener {
  progress(progress: Progress): void;
  rejected(refusal: Refusal): void;
  retrying(reason: string, delay: number): void;
}

/** Sending cannot go on; events from here on are not, or not known to be, stored. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

/** Characters of JSON in one request: with the default packing well below what a Lambda function may be sent. */
const BATCH_SIZE = 3_000_000;
/** How long, in milliseconds, events wait for more when the input pauses. */
const LINGER_MS = 500;
const FIRST_PATIENCE_MS = 15_000;
const PROGRESS_MS = 100;

/**
 * Sends a source's events in its order: one batch at a time, the next one only when the former is stored.
 *
 * @throws SendError when sending cannot go on, InputFormatError or CsvFormatError when the input cannot be read
 */
export async function sendSource(
  source: Source,
  options: SendOptions,
  listener: SendListener,
): Promise<Progress> {
  const { type, url, key, signal, backoff } = options;
  const pacer = new Pacer(options.rate);
  const events = pacer.batchOf(options.batch);
  const sending = new Sending(listener);
  const client = new MillraceClient({
    url,
    key,
    types: [type],
    batch: { events, size: BATCH_SIZE, delay: LINGER_MS, span: options.span ?? Number.POSITIVE_INFINITY },
    // One batch under way, and one being made.
    buffer: { events: 2 * events, size: 2 * BATCH_SIZE },
    retry: { ...backoff, patience: options.patience, firstPatience: FIRST_PATIENCE_MS },
    onOutcome: ({ context }, outcome) => sending.settled(context as Item, outcome),
    onRetry: (reason, delay) => {
      sending.retried();
      listener.retrying(reason, delay);
    },
  });
  // What waits for room in the client ends with it.
  sending.stopped.addEventListener('abort', () => void client.close(0));
  const interrupt = () => sending.stop('interrupted');
  signal?.addEventListener('abort', interrupt);
  const path = pathOf(type);
  let taken = 0;
  try {
    for await (const block of ahead(readBlocks(type, source, options.format), sending.stopped)) {
      for (const refusal of block.refused) sending.refuse(refusal);
      for (const item of block.items) {
        if (taken++ % events === 0) await pacer.wait(events, signal);
        const { json: line, time } = item;
        await client.sendLine({ path, type: type.name, id: '', line, key: undefined, time, context: item });
      }
    }
    await client.close(Number.POSITIVE_INFINITY);
  } catch (error) {
    throw sending.stopped.aborted ? sending.stopped.reason : error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    await client.close(0);
  }
  sending.stopped.throwIfAborted();
  listener.progress(sending.progress);
  return sending.progress;
}

/** What has become of the events so far, and whether to go on. */
class Sending {
  readonly progress: Progress = { accepted: 0, rejected: 0, retried: 0 };
  readonly #listener: SendListener;
  readonly #stop = new AbortController();
  #told = performance.now();

  constructor(listener: SendListener) {
    this.#listener = listener;
  }

  /** Aborted, with a SendError, when sending cannot go on. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  stop(reason: string): void {
    this.#stop.abort(new SendError(reason));
  }

  retried(): void {
    this.progress.retried++;
  }

  refuse(refusal: Refusal): void {
    this.progress.rejected++;
    this.#listener.rejected(refusal);
  }

  settled({ line, text }: Item, outcome: Outcome): void {
    if (outcome.status === 'failed') this.stop(outcome.reason);
    else if (outcome.status === 'stored') this.progress.accepted++;
    else this.refuse({ line, text, reason: outcome.reason });
    const now = performance.now();
    if (now - this.#told < PROGRESS_MS) return;
    this.#told = now;
    this.#listener.progress(this.progress);
  }
}
