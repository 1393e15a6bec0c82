import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';

/** What can go wrong between a hint and the function that it invokes. */
export function hintAlarms(scope: Construct, alerting: Alerting, target: IFunction): void {
  const shared = { namespace: 'AWS/Lambda', dimensions: { FunctionName: target.functionName } };
  watch(scope, 'HintsDropped', alerting, {
    ...shared,
    description:
      'Hints are dropped again and again: results come late, by the sweeper. See what is under aws/lambda/.',
    runbook: 'hints-dropped',
    metric: 'AsyncEventsDropped',
    statistic: 'Sum',
    threshold: 1,
    periods: { of: 5, bad: 3 },
  });
  watch(scope, 'NotKept', alerting, {
    ...shared,
    description:
      'Lambda could not write a failed hint to the lake bucket: check the permissions of the role.',
    runbook: 'failures-not-kept',
    metric: 'DestinationDeliveryFailures',
    statistic: 'Sum',
    threshold: 1,
  });
}
