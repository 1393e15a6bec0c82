import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { FilterStage, Pipeline, WindowStage } from '../pipeline/index.ts';
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

/** A stage that keeps heads. A filter stage has no watermark: what it lets pass is read by stages that have one. */
type ReportingStage = FilterStage | WindowStage;

/** A stage as `GET /v1/stages` shows it; times are ISO 8601 UTC, null where nothing is known yet. */
export interface StageView {
  readonly name: string;
  readonly pipeline: string;
  readonly kind: ReportingStage['kind'];
  readonly watermark: string | null;
  readonly closedUpTo: string | null;
  readonly shards: readonly ShardView[];
  /** Of the shard that is furthest behind. */
  readonly lagMs: number;
  readonly counts: Counts;
}

/** Reads how far every stage is, in order of declaration. */
export async function readStages(
  client: DynamoDBClient,
  table: string,
  pipelines: readonly Pipeline[],
): Promise<StageView[]> {
  return Promise.all(
    pipelines.flatMap((pipeline) =>
      pipeline.stages
        .filter((stage) => stage.kind !== 'alert')
        .map(async (stage) =>
          stageView(pipeline.name, stage, await readStageStatus(client, table, stage.name)),
        ),
    ),
  );
}

/** Turns a status into what the API shows. */
export function stageView(
  pipeline: string,
  { name, kind }: Pick<ReportingStage, 'name' | 'kind'>,
  status: StageStatus,
): StageView {
  const { watermark, closedUpTo, shards, counts } = status;
  return {
    name,
    pipeline,
    kind,
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
