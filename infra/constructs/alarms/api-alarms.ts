import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';

/** What can go wrong with the HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html */
export function apiAlarms(scope: Construct, alerting: Alerting, api: IHttpApi): void {
  watch(scope, 'ServerErrors', alerting, {
    description:
      'Requests are answered with 5xx: producers keep what they send until this ends. Read the access log.',
    runbook: 'server-errors',
    namespace: 'AWS/ApiGateway',
    metric: '5xx',
    dimensions: { ApiId: api.apiId },
    statistic: 'Sum',
    threshold: 1,
    periods: { of: 5, bad: 3 },
  });
}
