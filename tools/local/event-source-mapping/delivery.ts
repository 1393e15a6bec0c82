import type { Outcome } from '../functions/outcome.ts';
import type { MappingSpec } from '../template/model.ts';
import { compareSequence, eventOf, isDelivered, type PendingRecord } from './record.ts';
import { type BatchVerdict, readBatchResponse } from './response.ts';

/** Why records are given up, in Lambda's words. */
export type DiscardReason = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** Records that were given up. */
export interface Discarded {
  readonly reason: DiscardReason;
  readonly records: readonly PendingRecord[];
  /** How often the function was invoked with them. */
  readonly attempts: number;
  /** The last invocation, if there was one. */
  readonly outcome: Outcome | undefined;
}

export interface DeliveryOptions {
  readonly mapping: Pick<
    MappingSpec,
    'bisectOnError' | 'maximumRecordAgeSeconds' | 'maximumRetryAttempts' | 'reportsItemFailures'
  >;
  /** No rejection for a failing function. */
  readonly invoke: (payload: string) => Promise<Outcome>;
  /** Everything up to here is done and need not be delivered again. */
  readonly checkpoint: (sequenceNumber: string) => void;
  readonly discard: (discarded: Discarded) => Promise<void>;
  /** Told each failed attempt and the wait before the next. */
  readonly onRetry: (attempts: number, waitMs: number) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

/** A run of records that is tried together. */
interface Piece {
  readonly records: readonly PendingRecord[];
  readonly attempts: number;
  readonly outcome: Outcome | undefined;
}

/**
 * Delivers one batch of a shard to a function: in order, again and again, until the function has taken every record or
 * the mapping's limits give records up. Resolves when the shard may go on.
 *
 * @throws AbortError when the signal comes; an invocation that is running is waited for
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export async function deliver(
  batch: readonly PendingRecord[],
  options: DeliveryOptions,
  signal: AbortSignal,
): Promise<void> {
  let pieces: Piece[] = [{ records: batch.filter(isDelivered), attempts: 0, outcome: undefined }];
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    signal.throwIfAborted();
    const left = await expire(piece, options);
    if (left.records.length > 0) pieces = [...(await attempt(left, options, signal)), ...pieces];
  }
  const last = batch.at(-1);
  if (last !== undefined) options.checkpoint(last.sequenceNumber);
}

/** Gives up the records at the front that are too old. */
async function expire(piece: Piece, { mapping, now, discard, checkpoint }: DeliveryOptions): Promise<Piece> {
  if (mapping.maximumRecordAgeSeconds < 0) return piece;
  const oldest = now() - mapping.maximumRecordAgeSeconds * 1000;
  const young = piece.records.findIndex(({ arrivalMs }) => arrivalMs >= oldest);
  const count = young < 0 ? piece.records.length : young;
  const last = piece.records[count - 1];
  if (last === undefined) return piece;
  await discard({ ...piece, reason: 'RecordAgeExceeded', records: piece.records.slice(0, count) });
  checkpoint(last.sequenceNumber);
  return { ...piece, records: piece.records.slice(count) };
}

/** Invokes the function once; what is left to do afterwards, in order. */
async function attempt(piece: Piece, options: DeliveryOptions, signal: AbortSignal): Promise<Piece[]> {
  const { mapping, checkpoint, discard, onRetry, sleep } = options;
  const { records } = piece;
  const last = records.at(-1)?.sequenceNumber ?? '';
  const outcome = await options.invoke(eventOf(records));
  const verdict = judge(outcome, records, mapping.reportsItemFailures);
  if (verdict.kind === 'success') {
    checkpoint(last);
    return [];
  }
  const attempts = piece.attempts + 1;
  if (verdict.kind === 'failure' && mapping.bisectOnError && records.length > 1) {
    // Splitting does not use up the retries: both halves keep what they have.
    const middle = Math.ceil(records.length / 2);
    return [records.slice(0, middle), records.slice(middle)].map((half) => ({
      ...piece,
      records: half,
      outcome,
    }));
  }
  let left: Piece = { records, attempts, outcome };
  if (verdict.kind === 'partial') {
    const at = records.findIndex(({ sequenceNumber }) => compareSequence(sequenceNumber, verdict.from) >= 0);
    const done = records[at - 1];
    if (done !== undefined) checkpoint(done.sequenceNumber);
    // The batch got further: what is left has not used up its retries yet.
    left = { records: records.slice(at), attempts: 1, outcome };
  }
  if (mapping.maximumRetryAttempts >= 0 && left.attempts > mapping.maximumRetryAttempts) {
    await discard({ ...left, reason: 'RetryAttemptsExhausted' });
    checkpoint(last);
    return [];
  }
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (left.attempts - 1));
  onRetry(left.attempts, waitMs);
  await sleep(waitMs, signal);
  return [left];
}

function judge(outcome: Outcome, records: readonly PendingRecord[], reports: boolean): BatchVerdict {
  if (!outcome.ok) return { kind: 'failure' };
  if (!reports) return { kind: 'success' };
  return readBatchResponse(
    outcome.payload,
    records.map(({ sequenceNumber }) => sequenceNumber),
  );
}
