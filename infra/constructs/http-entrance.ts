import { Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import type { Alerting } from './alarms/alerting.ts';
import { apiAlarms } from './alarms/api-alarms.ts';
import { logGroup } from './retention.ts';

/** Requests a second, and how many at once: one request can carry thousands of events. Beyond it is 429. */
const THROTTLE = { rateLimit: 1_000, burstLimit: 2_000 };

/** What the access log says of a request: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  sourceIp: '$context.identity.sourceIp',
  responseLength: '$context.responseLength',
  latency: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
});

export interface HttpEntranceProps {
  readonly environment: Environment;
  readonly alerting: Alerting;
}

/** The HTTP API, without routes: each stack adds its own. */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { environment, alerting }: HttpEntranceProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup(this, 'AccessLog', environment)),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    apiAlarms(this, alerting, this.api);
  }
}

/** A route of the API: what is asked, by method and path. */
export interface RouteSpec {
  readonly method: HttpMethod;
  readonly path: string;
}

/**
 * Sends requests to a function.
 *
 * @param scope - where the routes and permissions are created: in the function's own stack, so that the API's stack
 *   does not come to depend on it
 */
export function addRoutes(
  scope: Construct,
  api: HttpApi,
  target: IFunction,
  routes: readonly RouteSpec[],
): void {
  const integration = new HttpLambdaIntegration('Integration', target);
  for (const { method, path } of routes) {
    const id = `${method} ${path}`;
    new HttpRoute(scope, id, { httpApi: api, routeKey: HttpRouteKey.with(path, method), integration });
  }
}
