import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type Alerting, watch } from './alerting.ts';

/** Minutes without a run after which a schedule of a quarter of an hour counts as missed. */
const MISSED = 60;

/** What can go wrong with compaction: it runs so seldom that a single failure counts. */
export function compactionAlarms(scope: Construct, alerting: Alerting, target: IFunction): void {
  const shared = { namespace: 'AWS/Lambda', dimensions: { FunctionName: target.functionName } };
  watch(scope, 'HoursNotCompacted', alerting, {
    ...shared,
    description:
      'Hours of the lake could not be compacted: its log says which and why. Others were, and raw events are all there.',
    metric: 'Errors',
    statistic: 'Sum',
    threshold: 1,
  });
  watch(scope, 'Missed', alerting, {
    ...shared,
    description: 'Compaction has not run for an hour: tables of the lake fall behind. Check its rule.',
    metric: 'Invocations',
    statistic: 'Sum',
    threshold: 1,
    below: true,
    minutes: { of: MISSED, bad: MISSED },
  });
}
