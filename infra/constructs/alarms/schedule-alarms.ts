import type { IRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';

/** Minutes without a single run after which a schedule of one minute counts as missed. */
const MISSED = 3;

/** What can go wrong between a schedule of one minute and its function. */
export function scheduleAlarms(scope: Construct, alerting: Alerting, rule: IRule, target: IFunction): void {
  watch(scope, 'Missed', alerting, {
    description:
      'The function has not run for minutes: windows without new events do not fire. Check its rule.',
    namespace: 'AWS/Lambda',
    metric: 'Invocations',
    dimensions: { FunctionName: target.functionName },
    statistic: 'Sum',
    threshold: 1,
    below: true,
    minutes: { of: MISSED, bad: MISSED },
  });
  watch(scope, 'NotInvoked', alerting, {
    description:
      'The schedule could not invoke its function: check the permission and the quota of concurrency.',
    namespace: 'AWS/Events',
    metric: 'FailedInvocations',
    dimensions: { RuleName: rule.ruleName },
    statistic: 'Sum',
    threshold: 1,
  });
}
