import { setTimeout as delay } from 'node:timers/promises';
import type { AwsJsonClient } from '../aws-json.ts';
import { type Outcome, PayloadTooLargeError } from '../functions/outcome.ts';
import type { MappingSpec } from '../template/model.ts';
import { Batcher } from './batcher.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type Discarded, deliver } from './delivery.ts';
import { passesFilters } from './filter.ts';
import { eventRecord, type KinesisRecord, type PendingRecord, skippedRecord } from './record.ts';
import { ShardReader } from './shard-reader.ts';

/** What a poller needs of the local run. */
export interface PollerContext {
  readonly mapping: MappingSpec;
  /** The function's name for people. */
  readonly label: string;
  readonly kinesis: AwsJsonClient;
  readonly checkpoints: Checkpoints;
  /** Runs the mapping's function; `affinity` names the consumer. */
  readonly invoke: (payload: string, affinity: string) => Promise<Outcome>;
  /** Keeps records that are given up. */
  readonly discard: (shardId: string, discarded: Discarded) => Promise<void>;
  readonly notice: (text: string) => void;
  /** Records that arrived before this time, epoch milliseconds, are not delivered. */
  readonly since: number;
}

/** Wait after the stream could not be read. */
const ERROR_PAUSE_MS = 500;

/**
 * Consumes one shard for one mapping, one batch at a time, until the shard has ended or the signal comes. An invocation
 * that is running when the signal comes is waited for.
 */
export async function pollShard(context: PollerContext, shardId: string, signal: AbortSignal): Promise<void> {
  const { label, checkpoints, notice } = context;
  const where = `${label} ${shardId}`;
  let batcher = createBatcher(context, shardId);
  while (!signal.aborted) {
    try {
      const batch = await batcher.next(signal);
      if (batch === undefined) {
        checkpoints.set(shardId, { ...checkpoints.get(shardId), finished: true });
        return;
      }
      await deliver(batch, deliveryOptions(context, shardId, where), signal);
    } catch (error) {
      if (signal.aborted) return;
      notice(`${where}: ${String(error)}`);
      batcher = createBatcher(context, shardId);
      await delay(ERROR_PAUSE_MS, undefined, { signal }).catch(() => {});
    }
  }
}

function createBatcher(context: PollerContext, shardId: string): Batcher {
  const { mapping, kinesis, checkpoints, since } = context;
  const after = checkpoints.get(shardId)?.sequenceNumber;
  const reader = new ShardReader(kinesis, mapping.streamName, shardId, after);
  const convert = (record: KinesisRecord): PendingRecord => {
    const wanted =
      record.ApproximateArrivalTimestamp * 1000 >= since && passesFilters(record, mapping.filters);
    return wanted ? eventRecord(record, shardId, mapping.streamName) : skippedRecord(record);
  };
  return new Batcher({ ...mapping, read: () => reader.read(), convert });
}

function deliveryOptions(
  context: PollerContext,
  shardId: string,
  where: string,
): Parameters<typeof deliver>[1] {
  const { mapping, checkpoints, invoke, discard, notice } = context;
  return {
    mapping,
    invoke: (payload) => invoke(payload, `${mapping.id}/${shardId}`).catch(refused),
    checkpoint: (sequenceNumber) => checkpoints.set(shardId, { sequenceNumber }),
    async discard(discarded) {
      notice(`${where}: gives up ${discarded.records.length} records: ${discarded.reason}`);
      await discard(shardId, discarded);
    },
    onRetry: (attempts, waitMs) => notice(`${where}: attempt ${attempts} failed, the next in ${waitMs} ms`),
    sleep: (ms, abort) => delay(ms, undefined, { signal: abort }),
    now: Date.now,
  };
}

/** An event that Lambda would not take is a failed attempt like any other. */
function refused(error: unknown): Outcome {
  if (!(error instanceof PayloadTooLargeError)) throw error;
  return { ok: false, requestId: '', error: { errorType: error.name, errorMessage: error.message } };
}
