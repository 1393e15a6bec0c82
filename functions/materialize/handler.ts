import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { materialize } from '../../shared/results/materialize.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';

const meter = new Meter('materialize', requireEnv(ENV.pipeline));
const capacity = new CapacityMeter();
const context = {
  client: createDynamoDBClient(capacity),
  table: requireEnv(ENV.resultsTable),
  s3: createS3Client(),
  bucket: requireEnv(ENV.lakeBucket),
  onFault: (reason: string) => logger.warn('results are not stored and will be delivered again', { reason }),
  onHeartbeat: (sentAt: number) => meter.heartbeat(sentAt),
};

export const handler = observed<KinesisStreamEvent, KinesisStreamBatchResponse>(meter.with(capacity)).handler(
  async ({ Records }) => {
    const response = await materialize(context, Records);
    const failed = response.batchItemFailures.length;
    meter.add('RecordsStored', Records.length - failed);
    meter.add('RecordsFailed', failed);
    return response;
  },
);
