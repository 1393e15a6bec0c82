import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { faultMessage } from '../../shared/runtime/faults.ts';
import { bucketHints, type FireRequest } from '../../shared/runtime/lambda-hints.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { pipelineFromEnv, stageStreams, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { fireStage } from '../../shared/state/fire.ts';
import { joinBuckets } from '../../shared/state/fire-buckets.ts';
import type { FireOutputs } from '../../shared/state/fire-outputs.ts';
import { putHeartbeat } from '../../shared/streams/heartbeats.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { listShards } from '../../shared/streams/shards.ts';

const capacity = new CapacityMeter();
const dynamodb = createDynamoDBClient(capacity);
const kinesis = createKinesisClient();
const streamOf = stageStreams();
const resultsStream = requireEnv(ENV.resultsStream);
const { name: pipeline, lanes } = pipelineFromEnv();
const stages = stagesFromEnv(dynamodb);
const meters = new Map([...stages.keys()].map((stage) => [stage, new Meter('fire', stage)]));

const lambda = createLambdaClient();

export const handler = observed<FireRequest, void>(
  ...[...meters].map(([stage, meter]) => meter.with(capacity, stage)),
).handler(async ({ stage, bucket, heartbeat }, lambdaContext) => {
  for (const context of stages.values()) {
    if (stage !== undefined && stage !== context.name) continue;
    const started = Date.now();
    const meter = meters.get(context.name);
    const outputs: FireOutputs = {
      emit: async (results, packed) => (await putAll(kinesis, resultsStream, lanes, results, packed)).count,
      listShards: () => listShards(kinesis, streamOf(context.name)),
      sleep: (ms) => sleep(ms),
      remaining: () => lambdaContext.getRemainingTimeInMillis(),
      fireBucket: bucketHints(lambda, lambdaContext.functionName),
      fired: ({ end, revision, final }) => {
        meter?.add('WindowsFired');
        if (final) meter?.add('WindowsClosed');
        else if (revision > 0) meter?.add('WindowsRevised');
        if (revision === 0) meter?.record('ResultDelay', Date.now() - end);
      },
    };
    if (bucket !== undefined) {
      const results = await joinBuckets(context, outputs, bucket);
      meter?.add('ResultsEmitted', results);
      logger.info('fired buckets', { stage: context.name, end: bucket.end, results });
      continue;
    }
    const report = await fireStage(context, outputs);
    meter?.add('ResultsEmitted', report.results);
    if (report.windows > 0) {
      meter?.record('FiringDuration', Date.now() - started);
      logger.info('fired', { stage: context.name, ...report });
    }
    if (heartbeat !== undefined) await passOn(context.name, heartbeat);
  }
});

/** Puts a heartbeat behind the results that were due. The firing is done: nothing that goes wrong here may make it fail. */
async function passOn(stage: string, heartbeat: number): Promise<void> {
  try {
    await putHeartbeat(kinesis, { stream: resultsStream, lanes, pipeline, stage }, heartbeat);
    meters.get(stage)?.heartbeat(heartbeat);
  } catch (error) {
    logger.warn('a heartbeat was lost', { stage, reason: faultMessage(error) });
  }
}
