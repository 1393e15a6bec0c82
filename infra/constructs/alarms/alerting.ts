import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  Metric,
  type MetricOptions,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { TopicReference } from '../../references.ts';

/** Whether there are alarms, and whom they tell. */
export interface Alerting {
  readonly enabled: boolean;
  readonly topic: TopicReference | undefined;
}

/** One condition on one metric over some minutes. */
export interface Watch {
  /** What has happened and what to do, for whoever is woken. */
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
  /** The alarm goes off at or above this; with `below`, under it. */
  readonly threshold: number;
  readonly below?: boolean;
  /** How many of the last minutes must be so: 1 of 1 where nothing is said. */
  readonly minutes?: { readonly of: number; readonly bad: number };
}

/** Adds an alarm where the environment has alarms. No data means that nothing happened, unless that is what is watched for. */
export function watch(scope: Construct, id: string, alerting: Alerting, condition: Watch): void {
  if (!alerting.enabled) return;
  const { minutes = { of: 1, bad: 1 }, below = false } = condition;
  const options: MetricOptions = {
    dimensionsMap: { ...condition.dimensions },
    statistic: condition.statistic,
    period: Duration.minutes(1),
  };
  const alarm = new Alarm(scope, id, {
    alarmDescription: condition.description,
    metric: new Metric({ namespace: condition.namespace, metricName: condition.metric, ...options }),
    threshold: condition.threshold,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: minutes.of,
    datapointsToAlarm: minutes.bad,
    treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const { topic } = alerting;
  if (topic !== undefined) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
}
