import { CfnOutput, Duration } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Construct } from 'constructs';
import { type Identity, INGEST_ROUTES, prefixOf } from '../../shared/ingest/routes.ts';
import { ENV } from '../../shared/runtime/env.ts';
import type { Access, JwtAccess } from '../access.ts';
import { ingestAlarms } from '../constructs/alarms/stage-alarms.ts';
import { BundledFunction } from '../constructs/bundled-function.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { addRoutes, HttpEntrance, type RouteSpec } from '../constructs/http-entrance.ts';
import { onStream, onTable, readSecret } from '../constructs/permissions.ts';
import { MillraceStack } from './millrace-stack.ts';
import type { StreamsStack } from './streams-stack.ts';

/** The way in: the HTTP API and the function that puts events into the streams. */
export class IngestionStack extends MillraceStack {
  readonly api: HttpApi;

  constructor(scope: Construct, deployment: Deployment, data: StreamsStack) {
    super(scope, 'Ingestion', deployment, 'the HTTP API and ingestion');
    this.addStackDependency(data);
    const { alerting, streams, tables, pseudonyms } = data;
    const { environment, access } = deployment;
    const entrance = new HttpEntrance(this, 'Http', { deployment, alerting });
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
        [ENV.sendersTable]: tables.senders.tableName,
        ...(pseudonyms !== undefined && { [ENV.pseudonymSecret]: pseudonyms.secretName }),
        ...(access.webHookOrigins.length > 0 && {
          [ENV.webHookOrigins]: access.webHookOrigins.join(','),
        }),
        ...(environment.staticKeyHashes.length > 0 && {
          [ENV.staticKeyHashes]: environment.staticKeyHashes.join(','),
        }),
      },
      permissions: [
        ...events.map(({ stream }) => onStream(stream, 'PutRecords')),
        onTable(tables.keys, 'GetItem'),
        onTable(tables.senders, 'GetItem', 'PutItem', 'UpdateItem'),
        ...(pseudonyms === undefined ? [] : [readSecret(pseudonyms)]),
      ],
    });
    ingestAlarms(ingest, alerting);
    addRoutes(this, this.api, ingest.function, ingestRoutes(access));
    new CfnOutput(this, 'ApiUrl', { value: this.api.apiEndpoint, description: 'Where to send events' });
  }
}

/** The routes of ingestion, once for every way to say who is calling: the gateway can check only one on a route. */
function ingestRoutes({ iam, jwt }: Access): RouteSpec[] {
  const routesOf = (
    identity: Identity,
    checked: Pick<RouteSpec, 'authorizer' | 'scopes'> = {},
  ): RouteSpec[] =>
    INGEST_ROUTES
      // Web hooks ask before they have anything to say who they are with.
      .filter(({ method }) => identity === 'key' || method === 'POST')
      .map(({ method, path }) => ({
        method: HttpMethod[method],
        path: `${prefixOf(identity)}${path}`,
        ...checked,
      }));
  return [
    ...routesOf('key'),
    ...(iam ? routesOf('iam', { authorizer: new HttpIamAuthorizer() }) : []),
    ...(jwt === undefined ? [] : routesOf('jwt', { authorizer: jwtAuthorizer(jwt), scopes: jwt.scopes })),
  ];
}

const jwtAuthorizer = ({ issuer, audience }: JwtAccess): HttpJwtAuthorizer =>
  new HttpJwtAuthorizer('Jwt', issuer, { jwtAudience: [...audience] });
