import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KinesisStreamEvent } from 'aws-lambda';
import { createAlerts } from '../../shared/alerts/create.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { createSNSClient } from '../../shared/runtime/clients/sns.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { pipelineFromEnv } from '../../shared/runtime/stages.ts';
import { CapacityMeter } from '../../shared/runtime/telemetry/capacity.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';

const stage = requireEnv(ENV.stage);
const meter = new Meter('alert', stage);
const capacity = new CapacityMeter();

const alerts = createAlerts({
  pipeline: pipelineFromEnv(),
  stage,
  dynamodb: createDynamoDBClient(capacity),
  stateTable: requireEnv(ENV.stateTable),
  retention: Number(requireEnv(ENV.retentionHours)) * 3_600_000,
  sns: createSNSClient(),
  topic: requireEnv(ENV.alertTopic),
  s3: createS3Client(),
  bucket: requireEnv(ENV.lakeBucket),
  owner: randomUUID(),
  now: Date.now,
  sleep: (ms) => sleep(ms),
  onHeartbeat: (sentAt) => meter.heartbeat(sentAt),
});

export const handler = observed<KinesisStreamEvent, void>(meter.with(capacity)).handler(
  async ({ Records }) => {
    const sent = await alerts(Records);
    meter.add('AlertsSent', sent);
    if (sent > 0) logger.info('alerts sent', { sent });
  },
);
