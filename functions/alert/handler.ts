import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import middy from '@middy/core';
import type { KinesisStreamEvent } from 'aws-lambda';
import { createAlerts } from '../../shared/alerts/create.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { createSNSClient } from '../../shared/runtime/clients/sns.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { pipelineFromEnv } from '../../shared/runtime/stages.ts';

const stage = requireEnv(ENV.stage);

const alerts = createAlerts({
  pipeline: pipelineFromEnv(),
  stage,
  dynamodb: createDynamoDBClient(),
  stateTable: requireEnv(ENV.stateTable),
  retention: Number(requireEnv(ENV.retentionHours)) * 3_600_000,
  sns: createSNSClient(),
  topic: requireEnv(ENV.alertTopic),
  s3: createS3Client(),
  bucket: requireEnv(ENV.lakeBucket),
  owner: randomUUID(),
  now: Date.now,
  sleep: (ms) => sleep(ms),
});

export const handler = middy<KinesisStreamEvent, void>().handler(async ({ Records }) => {
  const sent = await alerts(Records);
  if (sent > 0) logger.info('alerts sent', { stage, sent });
});
