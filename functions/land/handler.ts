import type { KinesisStreamEvent } from 'aws-lambda';
import { ShardLander } from '../../shared/lake/lander.ts';
import { headsName, LATE, type Landing, RAW, RESULTS } from '../../shared/lake/landing.ts';
import { LandingHeads } from '../../shared/lake/landing-heads.ts';
import { RawStore } from '../../shared/lake/raw-store.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { StageTable } from '../../shared/state/stage-table.ts';
import { setAside } from '../../shared/streams/set-aside.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { shardOf, sourceRecord, streamOf } from '../../shared/streams/source-record.ts';

const s3 = createS3Client();
const kinesis = createKinesisClient();
const capacity = new CapacityMeter();
const dynamodb = createDynamoDBClient(capacity);
const pipeline = requireEnv(ENV.pipeline);
const meter = new Meter('land', pipeline);
const stateTable = requireEnv(ENV.stateTable);
const bucket = requireEnv(ENV.lakeBucket);
const store = new RawStore(s3, bucket);
/** What the function is fed from: several streams, each with a mapping of its own. */
const landings = new Map<string, Landing>([
  [requireEnv(ENV.eventsStream), RAW],
  [requireEnv(ENV.lateStream), LATE],
  [requireEnv(ENV.resultsStream), RESULTS],
]);

const landers = new Map<string, ShardLander>();

function landerOf(stream: string, shard: string): ShardLander {
  const name = `${stream}/${shard}`;
  let lander = landers.get(name);
  if (lander === undefined) {
    const landing = landings.get(stream);
    if (landing === undefined) throw new RangeError(`the stream ${stream} is not one to land`);
    const context = {
      pipeline,
      landing,
      store,
      heads: new LandingHeads(new StageTable(dynamodb, stateTable, headsName(pipeline, landing))),
      listShards: () => listShards(kinesis, stream),
      setAside: (from: string, items: Parameters<typeof setAside>[2]) =>
        setAside(s3, { bucket, stage: landing.stage, stream, shard: from }, items),
    };
    lander = new ShardLander(context, shard);
    landers.set(name, lander);
  }
  return lander;
}

export const handler = observed<KinesisStreamEvent, void>(meter.with(capacity)).handler(
  async ({ Records }) => {
    const [first] = Records;
    if (first === undefined) return;
    const [stream, shard] = [streamOf(first), shardOf(first)];
    const report = await landerOf(stream, shard).process(Records.map(sourceRecord));
    meter.add('ObjectsLanded', report.objects);
    meter.add('EventsLanded', report.rows);
    meter.add('EventsRejected', report.rejected);
    meter.heartbeat(report.heartbeat);
    if (report.objects > 0) logger.info('landed', { stream, shard, ...report });
  },
);
