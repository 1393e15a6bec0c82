import type { CfnEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';

const BEHIND_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Part of the retention after which data will soon be lost rather than late. */
const IN_DANGER = 0.1;

/** What can go wrong between a stream and the function that it feeds. */
export function consumerAlarms(
  scope: Construct,
  alerting: Alerting,
  target: IFunction,
  mapping: CfnEventSourceMapping,
  retentionHours: number,
): void {
  const ofFunction = { namespace: 'AWS/Lambda', dimensions: { FunctionName: target.functionName } };
  const ofMapping = { namespace: 'AWS/Lambda', dimensions: { EventSourceMappingUUID: mapping.ref } };
  const age = { ...ofFunction, metric: 'IteratorAge', statistic: 'Maximum' } as const;
  watch(scope, 'Behind', alerting, {
    ...age,
    description:
      'The function is a minute behind its stream: look for errors, or add shards if there are none.',
    runbook: 'consumer-behind',
    threshold: BEHIND_MS,
    periods: { of: 3, bad: 3 },
  });
  watch(scope, 'InDanger', alerting, {
    ...age,
    description:
      'The function is behind by a tenth of what its stream keeps: repair it, or lengthen the retention.',
    runbook: 'consumer-in-danger',
    threshold: retentionHours * HOUR_MS * IN_DANGER,
  });
  watch(scope, 'GaveUp', alerting, {
    ...ofMapping,
    description:
      'Lambda gave records up; they lie in the lake bucket under aws/lambda/: repair and send them again.',
    runbook: 'records-given-up',
    metric: 'OnFailureDestinationDeliveredEventCount',
    statistic: 'Sum',
    threshold: 1,
  });
  watch(scope, 'Dropped', alerting, {
    ...ofMapping,
    description: 'Lambda gave records up for good: whatever the lake bucket does not have of them is lost.',
    runbook: 'records-dropped',
    metric: 'DroppedEventCount',
    statistic: 'Sum',
    threshold: 1,
  });
  watch(scope, 'NotKept', alerting, {
    ...ofFunction,
    description:
      'Lambda could not write to the lake bucket what it gave up on: check the permissions of the role.',
    runbook: 'failures-not-kept',
    metric: 'DestinationDeliveryFailures',
    statistic: 'Sum',
    threshold: 1,
  });
}
