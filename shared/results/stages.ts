import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Pipeline, windowStages } from '../pipeline/index.ts';
import type { Counts } from '../state/commit.ts';
import { readStageStatus, type StageStatus } from '../state/status.ts';

/** A shard as `GET /v1/stages` shows it. */
export interface ShardView {
  readonly shard: string;
  readonly n: number;
  readonly maxEventTime: string | null;
  readonly updatedAt: string;
  readonly lagMs: number;
  readonly idle: boolean;
}

/** A stage as `GET /v1/stages` shows it; times are ISO 8601 UTC, null where nothing is known yet. */
export interface StageView {
  readonly name: string;
  readonly pipeline: string;
  readonly watermark: string | null;
  readonly closedUpTo: string | null;
  readonly shards: readonly ShardView[];
  /** Of the shard that is furthest behind. */
  readonly lagMs: number;
  readonly counts: Counts;
}

/** Reads how far every window stage is, in order of declaration. */
export async function readStages(
  client: DynamoDBClient,
  table: string,
  pipelines: readonly Pipeline[],
): Promise<StageView[]> {
  return Promise.all(
    pipelines.flatMap((pipeline) =>
      windowStages(pipeline).map(async ({ name }) =>
        stageView(pipeline.name, name, await readStageStatus(client, table, name)),
      ),
    ),
  );
}

/** Turns a status into what the API shows. */
export function stageView(pipeline: string, name: string, status: StageStatus): StageView {
  const { watermark, closedUpTo, shards, counts } = status;
  return {
    name,
    pipeline,
    watermark: iso(watermark),
    closedUpTo: iso(closedUpTo),
    shards: shards.map(({ shard, n, maxEventTime, updatedAt, lagMs, idle }) => ({
      shard,
      n,
      maxEventTime: iso(maxEventTime),
      updatedAt: new Date(updatedAt).toISOString(),
      lagMs,
      idle,
    })),
    lagMs: Math.max(0, ...shards.map(({ lagMs }) => lagMs)),
    counts,
  };
}

const iso = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
