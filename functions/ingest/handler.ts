import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createIngest } from '../../shared/ingest/ingest.ts';
import { ingestTypes } from '../../shared/ingest/ingest-type.ts';
import { createKeyChecker, parseKeyHashes } from '../../shared/ingest/keys.ts';
import { SenderTable } from '../../shared/ingest/sender-table.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { createPseudonymSource } from '../../shared/privacy/secret.ts';
import { createDynamoDBClient } from '../../shared/runtime/clients/dynamodb.ts';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { createSecretsClient } from '../../shared/runtime/clients/secrets.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { logger } from '../../shared/runtime/logger.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { Meter } from '../../shared/runtime/telemetry/meter.ts';

const streams = JSON.parse(requireEnv(ENV.eventsStreams)) as Record<string, string>;
const secret = process.env[ENV.pseudonymSecret];
const origins = process.env[ENV.webHookOrigins];
const meter = new Meter('ingest');
const dynamodb = createDynamoDBClient();

const ingest = createIngest({
  kinesis: createKinesisClient(),
  keys: createKeyChecker({
    client: dynamodb,
    table: requireEnv(ENV.keysTable),
    staticHashes: parseKeyHashes(process.env[ENV.staticKeyHashes]),
  }),
  senders: new SenderTable(dynamodb, requireEnv(ENV.sendersTable)),
  types: ingestTypes(pipelines, streams),
  pseudonyms:
    secret === undefined ? undefined : createPseudonymSource({ client: createSecretsClient(), secret }),
  webHookOrigins: origins === undefined ? undefined : new Set(origins.toLowerCase().split(',')),
  warn: logger.warn,
  counted: ({ accepted, rejected, retry }) => {
    meter.add('EventsAccepted', accepted);
    meter.add('EventsRejected', rejected);
    meter.add('EventsNotStored', retry);
  },
});

export const handler = observed<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(meter).handler(
  async (event) => {
    const started = performance.now();
    const answer = await ingest(event);
    const { statusCode = 500 } = answer;
    meter.add('Requests');
    if (statusCode >= 400 && statusCode < 500) meter.add('RequestsRefused');
    meter.record('RequestDuration', performance.now() - started);
    return answer;
  },
);
