import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { bucketHints, type FireRequest } from '../../shared/runtime/lambda-hints.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { pipelineFromEnv, stageStreams, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { fireStage } from '../../shared/state/fire.ts';
import { joinBuckets } from '../../shared/state/fire-buckets.ts';
import type { FireOutputs } from '../../shared/state/fire-outputs.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { listShards } from '../../shared/streams/shards.ts';

const dynamodb = createDynamoDBClient();
const kinesis = createKinesisClient();
const streamOf = stageStreams();
const resultsStream = requireEnv(ENV.resultsStream);
const { lanes } = pipelineFromEnv();
const stages = stagesFromEnv(dynamodb);

const lambda = createLambdaClient();

export const handler = middy<FireRequest, void>().handler(async ({ stage, bucket }, lambdaContext) => {
  for (const context of stages.values()) {
    if (stage !== undefined && stage !== context.name) continue;
    const outputs: FireOutputs = {
      emit: async (results, packed) => (await putAll(kinesis, resultsStream, lanes, results, packed)).count,
      listShards: () => listShards(kinesis, streamOf(context.name)),
      sleep: (ms) => sleep(ms),
      remaining: () => lambdaContext.getRemainingTimeInMillis(),
      fireBucket: bucketHints(lambda, lambdaContext.functionName),
    };
    if (bucket !== undefined) {
      const results = await joinBuckets(context, outputs, bucket);
      logger.info('fired buckets', { stage: context.name, end: bucket.end, results });
      continue;
    }
    const report = await fireStage(context, outputs);
    if (report.windows > 0) logger.info('fired', { stage: context.name, ...report });
  }
});
