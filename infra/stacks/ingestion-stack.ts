import { CfnOutput, Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ENV } from '../../shared/runtime/env.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { addRoutes, HttpEntrance } from '../constructs/http-entrance.ts';
import { onStream, onTable } from '../constructs/permissions.ts';
import { MillraceStack } from './millrace-stack.ts';
import type { StreamsStack } from './streams-stack.ts';

/** The way in: the HTTP API and the function that puts events into the streams. */
export class IngestionStack extends MillraceStack {
  readonly api: HttpApi;

  constructor(scope: Construct, deployment: Deployment, { alerting, streams, tables }: StreamsStack) {
    super(scope, 'Ingestion', deployment, 'the HTTP API and ingestion');
    const { environment } = deployment;
    const entrance = new HttpEntrance(this, 'Http', { environment, alerting });
    this.api = entrance.api;
    const events = [...streams].map(([pipeline, { events }]) => ({ pipeline, stream: events }));
    const ingest = new BundledFunction(this, 'Ingest', {
      deployment,
      alerting,
      bundle: 'ingest',
      description: 'Validates events and puts them into the streams',
      memory: 1024,
      // What the HTTP API waits at most is a second longer, so that an answer still gets through.
      timeout: Duration.seconds(28),
      variables: {
        [ENV.eventsStreams]: this.toJsonString(
          Object.fromEntries(events.map(({ pipeline, stream }) => [pipeline, stream.streamName])),
        ),
        [ENV.keysTable]: tables.keys.tableName,
        ...(environment.staticKeyHashes.length > 0 && {
          [ENV.staticKeyHashes]: environment.staticKeyHashes.join(','),
        }),
      },
      permissions: [
        ...events.map(({ stream }) => onStream(stream, 'PutRecords')),
        onTable(tables.keys, 'GetItem'),
      ],
    });
    addRoutes(this, this.api, ingest.function, [
      { method: HttpMethod.POST, path: '/v1/events' },
      { method: HttpMethod.POST, path: '/v1/events/{type}' },
    ]);
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint, description: 'Where to send events' });
  }
}
