import middy from '@middy/core';
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { materialize } from '../../shared/results/materialize.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createS3Client } from '../../shared/runtime/clients/s3.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';

const context = {
  client: createDynamoDBClient(),
  table: requireEnv(ENV.resultsTable),
  s3: createS3Client(),
  bucket: requireEnv(ENV.lakeBucket),
  onFault: (reason: string) => logger.warn('results are not stored and will be delivered again', { reason }),
};

export const handler = middy<KinesisStreamEvent, KinesisStreamBatchResponse>().handler(({ Records }) =>
  materialize(context, Records),
);
