import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createKeyChecker, parseKeyHashes } from '../../shared/ingest/keys.ts';
import { ANSWERS_FILE, type StaticAnswers } from '../../shared/openapi/paths.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { createQuery } from '../../shared/results/query.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';

const client = createDynamoDBClient();

const query = createQuery({
  client,
  resultsTable: requireEnv(ENV.resultsTable),
  stateTable: requireEnv(ENV.stateTable),
  pipelines,
  keys:
    requireEnv(ENV.queryAuth) === 'none'
      ? undefined
      : createKeyChecker({
          client,
          table: requireEnv(ENV.keysTable),
          staticHashes: parseKeyHashes(process.env[ENV.staticKeyHashes]),
        }),
  statics: () => JSON.parse(readFileSync(new URL(ANSWERS_FILE, import.meta.url), 'utf8')) as StaticAnswers,
  warn: logger.warn,
});

export const handler = observed<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(query);
