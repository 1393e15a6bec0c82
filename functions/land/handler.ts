import middy from '@middy/core';
import type { KinesisStreamEvent } from 'aws-lambda';
import { ShardLander } from '../../shared/lake/lander.ts';
import { LandingHeads } from '../../shared/lake/landing-heads.ts';
import { RawStore } from '../../shared/lake/raw-store.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { StageTable } from '../../shared/state/stage-table.ts';
import { setAside } from '../../shared/streams/set-aside.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { shardOf, sourceRecord } from '../../shared/streams/source-record.ts';

/** The name under which landing sets records aside. */
const STAGE = 'lake';

const s3 = createS3Client();
const kinesis = createKinesisClient();
const pipeline = requireEnv(ENV.pipeline);
const stream = requireEnv(ENV.eventsStream);
const bucket = requireEnv(ENV.lakeBucket);
const context = {
  pipeline,
  store: new RawStore(s3, bucket),
  heads: new LandingHeads(new StageTable(createDynamoDBClient(), requireEnv(ENV.stateTable), pipeline)),
  listShards: () => listShards(kinesis, stream),
  setAside: (shard: string, items: Parameters<typeof setAside>[2]) =>
    setAside(s3, { bucket, stage: STAGE, stream, shard }, items),
};

const landers = new Map<string, ShardLander>();

export const handler = middy<KinesisStreamEvent, void>().handler(async ({ Records }) => {
  const [first] = Records;
  if (first === undefined) return;
  const shard = shardOf(first);
  const lander = landers.get(shard) ?? new ShardLander(context, shard);
  landers.set(shard, lander);
  const report = await lander.process(Records.map(sourceRecord));
  if (report.objects > 0) logger.info('landed', { shard, ...report });
});
