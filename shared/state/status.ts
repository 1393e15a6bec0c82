import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { addCounts, type Counts, NO_COUNTS } from './commit.ts';
import { type Head, Heads } from './heads.ts';
import { StageTable } from './stage-table.ts';

/** How far one shard of a stage is. Times in epoch milliseconds. */
export interface ShardStatus {
  readonly shard: string;
  /** Number of its last commit whose actions are done. */
  readonly n: number;
  readonly maxEventTime: number | undefined;
  readonly updatedAt: number;
  /** How long its last record had been in the stream when it was committed; 0 where nothing is left to read. */
  readonly lagMs: number;
  readonly idle: boolean;
}

/** How far a stage is, and what it has done since its state began. */
export interface StageStatus {
  readonly watermark: number | undefined;
  readonly closedUpTo: number | undefined;
  readonly shards: readonly ShardStatus[];
  readonly counts: Counts;
}

/** Reads the status of a stage with one consistent query. */
export async function readStageStatus(
  client: DynamoDBClient,
  table: string,
  stage: string,
): Promise<StageStatus> {
  const { clock, heads } = await new Heads(new StageTable(client, table, stage)).read();
  return {
    watermark: known(clock?.watermark),
    closedUpTo: known(clock?.closedUpTo),
    shards: heads.filter((head) => !head.retired).map(shardStatus),
    counts: heads.reduce((total, { counts }) => addCounts(total, counts), NO_COUNTS),
  };
}

function shardStatus(head: Head): ShardStatus {
  const { shard, n, maxEventTime, updatedAt, arrival } = head;
  const idle = head.idleAt === n;
  const lagMs = idle || !Number.isFinite(arrival) ? 0 : Math.max(0, updatedAt - arrival);
  return { shard, n, maxEventTime: known(maxEventTime), updatedAt, lagMs, idle };
}

const known = (time: number | undefined): number | undefined =>
  time !== undefined && Number.isFinite(time) ? time : undefined;
