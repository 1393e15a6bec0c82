import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createIngest } from '../../shared/ingest/ingest.ts';
import { ingestTypes } from '../../shared/ingest/ingest-type.ts';
import { createKeyChecker, parseKeyHashes } from '../../shared/ingest/keys.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';

const streams = JSON.parse(requireEnv(ENV.eventsStreams)) as Record<string, string>;

const ingest = createIngest({
  kinesis: createKinesisClient(),
  keys: createKeyChecker({
    client: createDynamoDBClient(),
    table: requireEnv(ENV.keysTable),
    staticHashes: parseKeyHashes(process.env[ENV.staticKeyHashes]),
  }),
  types: ingestTypes(pipelines, streams),
  warn: logger.warn,
});

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(ingest);
