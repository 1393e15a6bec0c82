import { randomUUID } from 'node:crypto';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { heartbeatEvent } from '../events/heartbeat.ts';
import type { ShardInfo } from '../state/heads.ts';
import { keyRecord, type LaneRecord } from './lane-record.ts';
import { putOrdered } from './put.ts';
import { listShards } from './shards.ts';

/** A heartbeat did not get into its stream: the next one is not far. */
export class HeartbeatNotSent extends Error {
  override readonly name = 'HeartbeatNotSent';
}

/** Whoever hands a heartbeat on has something better to do: it is tried for a few seconds, in milliseconds. */
const BUDGET = 5_000;

/**
 * Puts one heartbeat into every open shard of a pipeline's events.
 *
 * @param now - epoch milliseconds
 * @returns how many there are
 * @throws HeartbeatNotSent when some shards have not got theirs; the others have
 */
export async function sendHeartbeats(
  client: KinesisClient,
  stream: string,
  pipeline: string,
  now: number,
): Promise<number> {
  const records = openShards(await listShards(client, stream)).map(({ shard, hashRange }): LaneRecord => {
    const event = heartbeatEvent(pipeline, { shard }, now, randomUUID());
    return {
      order: shard,
      partitionKey: shard,
      explicitHashKey: middleOf(hashRange),
      data: Buffer.from(event),
    };
  });
  await put(client, stream, records);
  return records.length;
}

/** Where a stage's heartbeat goes on. */
export interface HeartbeatTarget {
  /** The results stream. */
  readonly stream: string;
  readonly lanes: number;
  readonly pipeline: string;
  readonly stage: string;
}

/**
 * Puts a heartbeat among the results of a stage.
 *
 * @param sentAt - when it began its way, epoch milliseconds
 * @throws HeartbeatNotSent
 */
export async function putHeartbeat(
  client: KinesisClient,
  { stream, lanes, pipeline, stage }: HeartbeatTarget,
  sentAt: number,
): Promise<void> {
  const id = randomUUID();
  const event = heartbeatEvent(pipeline, { stage }, sentAt, id);
  await put(client, stream, [keyRecord(id, lanes, Buffer.from(event))]);
}

async function put(client: KinesisClient, stream: string, records: readonly LaneRecord[]): Promise<void> {
  const { failed } = await putOrdered(client, stream, records, { budget: BUDGET });
  const [first] = failed;
  if (first === undefined) return;
  throw new HeartbeatNotSent(
    `${failed.length} of ${records.length} heartbeats are not in ${stream}: ${first.message}`,
  );
}

/** A shard is closed when it has children, which live longer than it does. */
function openShards(shards: readonly ShardInfo[]): ShardInfo[] {
  const closed = new Set(shards.flatMap(({ parents }) => parents));
  return shards.filter(({ shard }) => !closed.has(shard));
}

const middleOf = ([start, end]: readonly [string, string]): string =>
  ((BigInt(start) + BigInt(end)) / 2n).toString();
