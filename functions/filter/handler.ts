import type { KinesisStreamEvent } from 'aws-lambda';
import { filterOutput } from '../../shared/filters/output.ts';
import { ShardFilter } from '../../shared/filters/shard-filter.ts';
import { filterStages, spanOf } from '../../shared/pipeline/index.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { pipelineFromEnv } from '../../shared/runtime/stages.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';
import { Heads } from '../../shared/state/heads.ts';
import { StageTable } from '../../shared/state/stage-table.ts';
import { setAside } from '../../shared/streams/set-aside.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { shardOf, sourceRecord } from '../../shared/streams/source-record.ts';

const client = createKinesisClient();
const s3 = createS3Client();
const pipeline = pipelineFromEnv();
const name = requireEnv(ENV.stage);
const meter = new Meter('filter', name);
const capacity = new CapacityMeter();
const stream = requireEnv(ENV.inputStream);
const bucket = requireEnv(ENV.lakeBucket);
const stage = filterStages(pipeline).find((candidate) => candidate.name === name);
if (stage === undefined) throw new RangeError(`the pipeline has no filter stage "${name}"`);

const context = {
  stage,
  heads: new Heads(new StageTable(createDynamoDBClient(capacity), requireEnv(ENV.stateTable), name)),
  output: filterOutput(stage, {
    client,
    stream: requireEnv(ENV.outputStream),
    lanes: pipeline.lanes,
    span: spanOf(stage, [pipeline]),
  }),
  listShards: () => listShards(client, stream),
  setAside: (shard: string, items: Parameters<typeof setAside>[2]) =>
    setAside(s3, { bucket, stage: name, stream, shard }, items),
  retention: Number(requireEnv(ENV.retentionHours)) * 3_600_000,
  now: Date.now,
};

const filters = new Map<string, ShardFilter>();

export const handler = observed<KinesisStreamEvent, void>(meter.with(capacity)).handler(
  async ({ Records }) => {
    const [first] = Records;
    if (first === undefined) return;
    const shard = shardOf(first);
    const filter = filters.get(shard) ?? new ShardFilter(context, shard);
    filters.set(shard, filter);
    const report = await filter.process(Records.map(sourceRecord));
    meter.add('EventsPassed', report.passed);
    meter.add('EventsFiltered', report.filtered);
    meter.add('EventsRejected', report.rejected);
    meter.heartbeat(report.heartbeat);
    if (report.rejected > 0) logger.warn('events were set aside', { shard, ...report });
  },
);
