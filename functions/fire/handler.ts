import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import type { StageRequest } from '../../shared/runtime/lambda-hints.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { pipelineFromEnv, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { fireStage } from '../../shared/state/fire.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { listShards } from '../../shared/streams/shards.ts';

const dynamodb = createDynamoDBClient();
const kinesis = createKinesisClient();
const eventsStream = requireEnv(ENV.eventsStream);
const resultsStream = requireEnv(ENV.resultsStream);
const { lanes } = pipelineFromEnv();
const stages = stagesFromEnv(dynamodb);

export const handler = middy<StageRequest, void>().handler(async ({ stage }, lambdaContext) => {
  for (const context of stages.values()) {
    if (stage !== undefined && stage !== context.name) continue;
    const report = await fireStage(context, {
      emit: (results) => putAll(kinesis, resultsStream, lanes, results),
      listShards: () => listShards(kinesis, eventsStream),
      sleep: (ms) => sleep(ms),
      remaining: () => lambdaContext.getRemainingTimeInMillis(),
    });
    if (report.windows > 0) logger.info('fired', { stage: context.name, ...report });
  }
});
