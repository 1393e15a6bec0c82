import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { lambdaHints, type StageRequest } from '../../shared/runtime/lambda-hints.ts';
import { stageStreams, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { sweepStage } from '../../shared/state/sweep.ts';
import { listShards, probeShard } from '../../shared/streams/shards.ts';

const dynamodb = createDynamoDBClient();
const kinesis = createKinesisClient();
const streamOf = stageStreams();
const hints = lambdaHints(createLambdaClient(), { fire: requireEnv(ENV.fireFunction) });
const stages = stagesFromEnv(dynamodb);

export const handler = middy<StageRequest, void>().handler(async ({ stage }, lambdaContext) => {
  const wanted = [...stages.values()].filter(({ name }) => stage === undefined || name === stage);
  await Promise.all(
    wanted.map((context) =>
      sweepStage(context, {
        inputOf: (name) => {
          const stream = streamOf(name);
          return {
            listShards: () => listShards(kinesis, stream),
            probe: (shard, after) => probeShard(kinesis, stream, shard, after),
          };
        },
        contextOf: (name) => {
          const found = stages.get(name);
          if (found === undefined) throw new RangeError(`the pipeline has no window stage "${name}"`);
          return found;
        },
        hints,
        sleep: (ms) => sleep(ms),
        remaining: () => lambdaContext.getRemainingTimeInMillis(),
      }),
    ),
  );
});
