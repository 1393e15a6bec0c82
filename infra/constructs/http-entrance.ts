import { Duration, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  type HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { LIMITS } from '../../shared/ingest/limits.ts';
import { OFFSET_HEADER } from '../../shared/ingest/sender-clock.ts';
import { acknowledge } from '../acknowledgments.ts';
import type { Alerting } from './alarms/alerting.ts';
import { apiAlarms } from './alarms/api-alarms.ts';
import type { Deployment } from './deployment.ts';
import { logGroup } from './retention.ts';

/** Requests a second, and how many at once: one request can carry thousands of events. Beyond it is 429. */
const THROTTLE = { rateLimit: LIMITS.requestRate, burstLimit: 2 * LIMITS.requestRate };
/** How long, in seconds, a browser need not ask again. */
const CORS_MAX_AGE = 3_600;

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
  readonly deployment: Deployment;
  readonly alerting: Alerting;
}

/** The HTTP API, without routes: each stack adds its own. */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { deployment, alerting }: HttpEntranceProps) {
    super(scope, id);
    const { access } = deployment;
    this.api = new HttpApi(this, 'Api', {
      apiName: Stack.of(this).stackName,
      createDefaultStage: false,
      ...(access.corsOrigins.length > 0 && { corsPreflight: corsOf(access.corsOrigins) }),
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup(this, 'AccessLog', deployment)),
        format: AccessLogFormat.custom(ACCESS_LOG),
      },
    });
    apiAlarms(this, alerting, this.api);
  }
}

/**
 * What browsers on other sites may do. The gateway answers their preflight requests itself.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
const corsOf = (origins: readonly string[]): CorsPreflightOptions => ({
  allowOrigins: [...origins],
  allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
  // A star stands for all headers but this one.
  allowHeaders: ['*', 'authorization'],
  exposeHeaders: ['retry-after', OFFSET_HEADER],
  maxAge: Duration.seconds(CORS_MAX_AGE),
});

/** A route of the API: what is asked, by method and path, and who checks that the caller may. */
export interface RouteSpec {
  readonly method: HttpMethod;
  readonly path: string;
  /** Nobody but the function itself, where left out. */
  readonly authorizer?: IHttpRouteAuthorizer | undefined;
  /** Scopes of a token, of which it needs one. */
  readonly scopes?: readonly string[] | undefined;
}

const CHECKED_BY_FUNCTION =
  'The function checks the write key itself: its hash, what it may do and how much; asking whether web hooks are welcome, and the health check, are open on purpose.';

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
  for (const { method, path, authorizer, scopes = [] } of routes) {
    const id = `${method} ${path}`;
    const route = new HttpRoute(scope, id, {
      httpApi: api,
      routeKey: HttpRouteKey.with(path, method),
      integration,
      ...(authorizer !== undefined && { authorizer }),
      ...(scopes.length > 0 && { authorizationScopes: [...scopes] }),
    });
    if (authorizer === undefined) acknowledge(route, 'APIG4', CHECKED_BY_FUNCTION);
  }
}
