import type { EventType } from '../../../shared/pipeline/index.ts';
import type { Backoff } from '../../../shared/runtime/backoff.ts';
import { ahead, makeBatches } from './batches.ts';
import { type Format, readBlocks } from './blocks.ts';
import { SendClient } from './client.ts';
import { eventPath, type Refusal } from './items.ts';
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

/** Characters of JSON in one request: with the default packing well below what a Lambda function may be sent. */
const BATCH_SIZE = 3_000_000;
const LINGER_MS = 500;
const FIRST_PATIENCE_MS = 15_000;

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
  const { type, url, key, signal } = options;
  const pacer = new Pacer(options.rate);
  const client = new SendClient({
    endpoint: new URL(eventPath(type), url),
    key,
    patience: options.patience,
    firstPatience: FIRST_PATIENCE_MS,
    backoff: options.backoff,
    signal,
    onRetry: listener.retrying,
  });
  const limits = {
    events: pacer.batchOf(options.batch),
    size: BATCH_SIZE,
    span: options.span ?? Number.POSITIVE_INFINITY,
    linger: LINGER_MS,
  };
  const batches = ahead(makeBatches(readBlocks(type, source, options.format), limits));
  const progress: Progress = { accepted: 0, rejected: 0, retried: 0 };
  for await (const batch of batches) {
    await pacer.wait(batch.items.length, signal);
    const delivery = await client.deliver(batch.items, batch.body);
    for (const refusal of [...batch.refused, ...delivery.refused]) {
      progress.rejected++;
      listener.rejected(refusal);
    }
    progress.accepted += delivery.accepted;
    progress.retried = client.retried;
    listener.progress(progress);
  }
  return progress;
}
