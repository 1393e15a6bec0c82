import { setTimeout as sleep } from 'node:timers/promises';
import { ReplayGate } from '../../shared/replay/gate.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { lambdaHints, type StageRequest } from '../../shared/runtime/lambda-hints.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { stageStreams, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { sweepStage } from '../../shared/state/sweep.ts';
import { listShards, probeShard } from '../../shared/streams/shards.ts';

const capacity = new CapacityMeter();
const dynamodb = createDynamoDBClient(capacity);
const kinesis = createKinesisClient();
const streamOf = stageStreams();
const hints = lambdaHints(createLambdaClient(), { fire: requireEnv(ENV.fireFunction) });
const stages = stagesFromEnv(dynamodb);
const meters = new Map([...stages.keys()].map((stage) => [stage, new Meter('sweep', stage)]));

export const handler = observed<StageRequest, void>(
  ...[...meters].map(([stage, meter]) => meter.with(capacity, stage)),
).handler(async ({ stage }, lambdaContext) => {
  const wanted = [...stages.values()].filter(({ name }) => stage === undefined || name === stage);
  await Promise.all(
    wanted.map(async (context) => {
      // A replay keeps the time of its stage: that nothing new is in the stream does not mean that nothing is coming.
      if (!(await new ReplayGate(context.compiled.stage, context.items).isOpen())) return;
      await sweepStage(context, {
        inputOf: (name) => {
          const stream = streamOf(name);
          return {
            listShards: () => listShards(kinesis, stream),
            probe: (shard, after, concerns) => probeShard(kinesis, stream, { shard, after, concerns }),
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
        seen: ({ lag, held }) => {
          if (lag !== undefined) meters.get(context.name)?.record('WatermarkLag', lag);
          meters.get(context.name)?.record('WatermarkHeld', held);
        },
      });
    }),
  );
});
