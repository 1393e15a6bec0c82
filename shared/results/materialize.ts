import type { S3Client } from '@aws-sdk/client-s3';
import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import { faultMessage } from '../runtime/faults.ts';
import { decodeRecord } from '../streams/decode.ts';
import { type SetAsideItem, setAside, withPartitionKeys } from '../streams/set-aside.ts';
import { shardOf, sourceRecord } from '../streams/source-record.ts';
import { type Collected, ResultCollector } from './collect.ts';
import { FINALS_PER_REQUEST, putFinals } from './put-finals.ts';
import { type ResultsTable, upsertResult } from './upsert.ts';

/** What materializing works with. */
export interface MaterializeContext extends ResultsTable {
  readonly s3: S3Client;
  /** Where records that hold no result are set aside. */
  readonly bucket: string;
  readonly now?: () => number;
  /** Told about the first fault of a batch. */
  readonly onFault?: (message: string) => void;
  /** Told when the last heartbeat of a batch was sent, once the batch is done with. */
  readonly onHeartbeat?: (sentAt: number) => void;
}

/** The name under which records of a results stream are set aside. */
const STAGE = 'materialize';
/** Puts under way at a time: the client keeps 50 connections. */
const CONCURRENCY = 40;
/**
 * When so many puts have failed through all their retries, the table is not well, and waiting for the rest to fail too
 * would take longer than the function has.
 */
const MAX_FAULTS = CONCURRENCY;
/** How long the table keeps results after they were written, in days. */
const RETENTION_DAYS = 400;
const DAY_SECONDS = 86_400;

/**
 * Brings the results of a batch of records into the results table. Repetitions and any order of delivery end in the
 * same table; a record fails only for a fault of the infrastructure, and is delivered again then.
 */
export async function materialize(
  context: MaterializeContext,
  records: readonly KinesisStreamRecord[],
): Promise<KinesisStreamBatchResponse> {
  const collector = new ResultCollector();
  const arrivals = new Map<string, number>();
  for (const { sequence, arrival, data } of records.map(sourceRecord)) {
    arrivals.set(sequence, arrival);
    decodeRecord(Buffer.from(data, 'base64'), collector.visitor(sequence));
  }
  const refused = collector.refused.map((item) => ({ ...item, arrival: arrivals.get(item.sequence) ?? 0 }));
  const failed = new Set<string>();
  await storeRefused(context, records, refused, failed);
  await storeResults(context, [...collector.collected()], failed);
  if (collector.heartbeat !== undefined) context.onHeartbeat?.(collector.heartbeat);
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

async function storeRefused(
  { s3, bucket, onFault }: MaterializeContext,
  records: readonly KinesisStreamRecord[],
  items: readonly SetAsideItem[],
  failed: Set<string>,
): Promise<void> {
  const [first] = records;
  if (first === undefined || items.length === 0) return;
  const stream = first.eventSourceARN.slice(first.eventSourceARN.lastIndexOf('/') + 1);
  try {
    const placed = withPartitionKeys(items, records.map(sourceRecord));
    await setAside(s3, { bucket, stage: STAGE, stream, shard: shardOf(first) }, placed);
  } catch (error) {
    onFault?.(faultMessage(error));
    for (const { sequence } of items) failed.add(sequence);
  }
}

async function storeResults(
  context: MaterializeContext,
  collected: readonly Collected[],
  failed: Set<string>,
): Promise<void> {
  const expiresAt = Math.ceil((context.now ?? Date.now)() / 1000) + RETENTION_DAYS * DAY_SECONDS;
  const queue = requestsFor(collected).values();
  let faults = 0;
  const work = async () => {
    for (const request of queue) {
      try {
        if (faults < MAX_FAULTS) {
          await store(context, request, expiresAt);
          continue;
        }
      } catch (error) {
        if (faults++ === 0) context.onFault?.(faultMessage(error));
      }
      for (const { sequences } of request) for (const sequence of sequences) failed.add(sequence);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

/** What is stored with one request: a result that may be revised, or some that are final. */
function requestsFor(collected: readonly Collected[]): Collected[][] {
  const requests = collected.filter(({ result }) => !result.final).map((one) => [one]);
  const finals = collected.filter(({ result }) => result.final);
  for (let from = 0; from < finals.length; from += FINALS_PER_REQUEST) {
    requests.push(finals.slice(from, from + FINALS_PER_REQUEST));
  }
  return requests;
}

async function store(
  context: MaterializeContext,
  request: readonly Collected[],
  expiresAt: number,
): Promise<void> {
  const results = request.map(({ result }) => result);
  const [first] = results;
  if (first !== undefined && !first.final) await upsertResult(context, first, expiresAt);
  else await putFinals(context, results, expiresAt);
}
