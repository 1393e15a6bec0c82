import type { Duration } from 'aws-cdk-lib';
import type { IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';
import type { Runbook } from './runbooks.ts';

/** Periods without a single run after which a schedule counts as missed. */
const MISSED = 3;

/** A rule, what it runs how often, and what it means when it does not. */
export interface ScheduleProps {
  readonly rule: IRule;
  readonly target: IFunction;
  readonly every: Duration;
  readonly missed: { readonly description: string; readonly runbook: Runbook };
}

/** What can go wrong between a schedule and its function. */
export function scheduleAlarms(
  scope: Construct,
  alerting: Alerting,
  { rule, target, every, missed }: ScheduleProps,
): void {
  watch(scope, 'Missed', alerting, {
    ...missed,
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: { FunctionName: target.functionName },
    statistic: 'Sum',
    period: every,
    threshold: 1,
    below: true,
    periods: { of: MISSED, bad: MISSED },
  });
  watch(scope, 'NotInvoked', alerting, {
    description:
      'The schedule could not invoke its function: check the permission and the quota of concurrency.',
    runbook: 'schedule-not-invoked',
    namespace: 'AWS/Events',
    metric: 'FailedInvocations',
    dimensions: { RuleName: rule.ruleName },
    statistic: 'Sum',
    threshold: 1,
  });
}
