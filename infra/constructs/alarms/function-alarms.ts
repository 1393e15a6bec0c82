import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, type Watch, watch } from './alerting.ts';

/** Part of its timeout that an invocation may take before somebody should look. */
const NEAR_TIMEOUT = 0.8;

/** When the errors of a function are an alarm, and what it says. */
export type ErrorAlarm = Pick<Watch, 'description' | 'runbook' | 'period' | 'periods'>;

const AGAIN_AND_AGAIN: ErrorAlarm = {
  description:
    'The function fails again and again, which one fault that was retried does not do: read its log.',
  runbook: 'function-errors',
  periods: { of: 5, bad: 3 },
};

/** What can go wrong with any function: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function functionAlarms(
  scope: Construct,
  alerting: Alerting,
  target: IFunction,
  { timeout, errors = AGAIN_AND_AGAIN }: { readonly timeout: Duration; readonly errors?: ErrorAlarm },
): void {
  const shared = { namespace: 'AWS/Lambda', dimensions: { FunctionName: target.functionName } };
  watch(scope, 'Errors', alerting, {
    ...shared,
    ...errors,
    metric: 'Errors',
    statistic: 'Sum',
    threshold: 1,
  });
  watch(scope, 'Throttles', alerting, {
    ...shared,
    description: "Lambda turns invocations away: raise the account's quota of concurrent executions.",
    runbook: 'function-throttled',
    metric: 'Throttles',
    statistic: 'Sum',
    threshold: 1,
    periods: { of: 5, bad: 3 },
  });
  watch(scope, 'Slow', alerting, {
    ...shared,
    description: `An invocation took over ${NEAR_TIMEOUT * 100}% of its timeout: find out what is slow before it is cut off.`,
    runbook: 'function-slow',
    metric: 'Duration',
    statistic: 'Maximum',
    threshold: Math.round(timeout.toMilliseconds() * NEAR_TIMEOUT),
  });
}
