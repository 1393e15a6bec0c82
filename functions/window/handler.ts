import type { KinesisStreamEvent } from 'aws-lambda';
import { ReplayGate } from '../../shared/replay/gate.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createLambdaClient } from '../../shared/runtime/clients/lambda.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { heartbeatHints, lambdaHints } from '../../shared/runtime/lambda-hints.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { pipelineFromEnv, stagesFromEnv } from '../../shared/runtime/stages.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { ShardWriter } from '../../shared/state/writer.ts';
import { lateEvents } from '../../shared/streams/late-events.ts';
import { putAll } from '../../shared/streams/put-all.ts';
import { setAside } from '../../shared/streams/set-aside.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { shardOf, sourceRecord } from '../../shared/streams/source-record.ts';

const capacity = new CapacityMeter();
const dynamodb = createDynamoDBClient(capacity);
const kinesis = createKinesisClient();
const lambda = createLambdaClient();
const s3 = createS3Client();
const stream = requireEnv(ENV.inputStream);
const lateStream = requireEnv(ENV.lateStream);
const bucket = requireEnv(ENV.lakeBucket);
const { lanes } = pipelineFromEnv();
const fire = requireEnv(ENV.fireFunction);
const hints = lambdaHints(lambda, {
  fire,
  sweep: requireEnv(ENV.sweepFunction),
});
const handOn = heartbeatHints(lambda, fire);
const stage = requireEnv(ENV.stage);
const meter = new Meter('window', stage);
const context = stagesFromEnv(dynamodb).get(stage);
if (context === undefined) throw new RangeError(`the pipeline has no window stage "${stage}"`);

const gate = new ReplayGate(context.compiled.stage, context.items);

/** Heartbeats on their way to the fire function. */
const handing: Promise<void>[] = [];

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
      committed: ({ accepted, duplicate, late, partlyLate, rejected }, heartbeat) => {
        meter.add('Commits');
        meter.add('EventsAccepted', accepted);
        meter.add('EventsDuplicate', duplicate);
        meter.add('EventsLate', late);
        meter.add('EventsPartlyLate', partlyLate);
        meter.add('EventsRejected', rejected);
        meter.heartbeat(heartbeat);
        if (heartbeat !== undefined) handing.push(handOn(stage, heartbeat));
      },
    });
    writers.set(shard, writer);
  }
  return writer as ShardWriter;
}

export const handler = observed<KinesisStreamEvent, void>(meter.with(capacity)).handler(
  async ({ Records }) => {
    const [first] = Records;
    await gate.pass();
    if (first === undefined) return;
    try {
      await writerOf(shardOf(first)).process(Records.map(sourceRecord));
    } finally {
      await Promise.all(handing.splice(0));
    }
  },
);
