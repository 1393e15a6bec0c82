import { tmpdir } from 'node:os';
import middy from '@middy/core';
import { compactLake } from '../../shared/lake/compact.ts';
import { CompactionMarks } from '../../shared/lake/compaction-marks.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { StageTable } from '../../shared/state/stage-table.ts';

/** A range of hours in ISO 8601, for compacting on demand; without one, the last two days. */
export interface CompactRequest {
  readonly from?: string;
  readonly to?: string;
}

const LOOKBACK_MS = 2 * 86_400_000;
/** What Node and the function itself need of its memory. */
const OWN_MEMORY_MB = 512;

const objects = new LakeObjects(createS3Client(), requireEnv(ENV.lakeBucket));
const marks = new CompactionMarks(new StageTable(createDynamoDBClient(), requireEnv(ENV.stateTable), 'lake'));
const tables = pipelines.flatMap(({ types }) => types.map(typeTable));
const memoryMb = Number(process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? 2048) - OWN_MEMORY_MB;

export const handler = middy<CompactRequest, void>().handler(async ({ from, to }, lambdaContext) => {
  const now = Date.now();
  const remaining = () => lambdaContext.getRemainingTimeInMillis();
  const context = { objects, marks, tables, scratch: tmpdir(), memoryMb, now: Date.now, remaining };
  const first = from === undefined ? now - LOOKBACK_MS : Date.parse(from);
  const hours = await compactLake(context, first, to === undefined ? now : Date.parse(to));
  for (const hour of hours) logger.info('compacted', { ...hour });
});
