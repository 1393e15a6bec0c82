import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { Backoff } from '../runtime/backoff.ts';
import type { LaneRecord } from './lane-record.ts';
import type { PutOutcome } from './put-outcome.ts';
import { PutRun } from './put-run.ts';

/** How {@link putOrdered} goes about it; times in milliseconds. */
export interface PutOptions {
  /** No request starts later than this after the call; one under way may still take `requestTimeout`. */
  readonly budget: number;
  /** How often a record is sent at most. */
  readonly attempts: number;
  readonly requestTimeout: number;
  /** Requests under way at the same time. */
  readonly parallel: number;
  readonly backoff: Backoff;
}

const DEFAULTS: PutOptions = {
  budget: 10_000,
  attempts: 20,
  requestTimeout: 5_000,
  parallel: 4,
  backoff: { base: 50, cap: 1_000 },
};

/**
 * Stores records with `PutRecords` so that those of one ordering key get into the stream in the order given.
 * `PutRecords` itself promises no order, and a record of a request can fail while those after it succeed; therefore of
 * every ordering key at most one record is under way at a time, and one that failed is sent again, with jittered
 * exponential backoff, before the next of its key goes. An answer that is lost counts as failed: what it stored is then
 * stored twice, and consumers tell by the events' ids.
 *
 * Never throws because of AWS: the outcome says which records are durably stored and which are not.
 *
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export async function putOrdered(
  client: KinesisClient,
  stream: string,
  records: readonly LaneRecord[],
  options: Partial<PutOptions> = {},
): Promise<PutOutcome> {
  return new PutRun(client, stream, records, { ...DEFAULTS, ...options }).run();
}
