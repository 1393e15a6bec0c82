import middy from '@middy/core';
import type { KinesisStreamEvent } from 'aws-lambda';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { lambdaHints } from '../../shared/runtime/lambda-hints.ts';
import { pipelineFromEnv, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { ShardWriter } from '../../shared/state/writer.ts';
import { lateEvents } from '../../shared/streams/late-events.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { setAside } from '../../shared/streams/set-aside.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { shardOf, sourceRecord } from '../../shared/streams/source-record.ts';

const dynamodb = createDynamoDBClient();
const kinesis = createKinesisClient();
const lambda = createLambdaClient();
const s3 = createS3Client();
const stream = requireEnv(ENV.inputStream);
const lateStream = requireEnv(ENV.lateStream);
const bucket = requireEnv(ENV.lakeBucket);
const { lanes } = pipelineFromEnv();
const hints = lambdaHints(lambda, {
  fire: requireEnv(ENV.fireFunction),
  sweep: requireEnv(ENV.sweepFunction),
});
const stage = requireEnv(ENV.stage);
const context = stagesFromEnv(dynamodb).get(stage);
if (context === undefined) throw new RangeError(`the pipeline has no window stage "${stage}"`);

/** The writers of the shards that this container has served, each with its cached tail. */
const writers = new Map<string, ShardWriter>();

function writerOf(shard: string): ShardWriter {
  let writer = writers.get(shard);
  if (writer === undefined && context !== undefined) {
    writer = new ShardWriter(context, shard, {
      setAside: (from, items) => setAside(s3, { bucket, stage, stream, shard: from }, items),
      emitLate: async (events) => {
        await putAll(kinesis, lateStream, lanes, lateEvents(stage, events));
      },
      hints,
      listShards: () => listShards(kinesis, stream),
    });
    writers.set(shard, writer);
  }
  return writer as ShardWriter;
}

export const handler = middy<KinesisStreamEvent, void>().handler(async ({ Records }) => {
  const [first] = Records;
  if (first !== undefined) await writerOf(shardOf(first)).process(Records.map(sourceRecord));
});
