import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { TopicReference } from '../../references.ts';
import type { Runbook } from './runbooks.ts';

/** Whether there are alarms, and whom they tell. */
export interface Alerting {
  readonly enabled: boolean;
  readonly topic: TopicReference | undefined;
  /** Whether there are heartbeats to watch. */
  readonly heartbeats: boolean;
  /** Name of the deployment, as the metrics of its functions have it. */
  readonly deployment: string;
  /** Where the folder with the runbooks is: a path of the repository, or an address. */
  readonly runbooks: string;
}

/** When an alarm goes off, and what it says then. */
interface Condition {
  /** What has happened and what to do, for whoever is woken. */
  readonly description: string;
  readonly runbook: Runbook;
  /** The alarm goes off at or above this; with `below`, under it. */
  readonly threshold: number;
  readonly below?: boolean;
  /** How many of the last periods must be so: 1 of 1 where nothing is said. */
  readonly periods?: { readonly of: number; readonly bad: number };
}

/** One condition on one metric that AWS publishes. */
export interface Watch extends Condition {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
  /** A minute where nothing is said. */
  readonly period?: Duration;
}

/** Adds an alarm on a metric of AWS; see {@link watchMetric}. */
export function watch(scope: Construct, id: string, alerting: Alerting, condition: Watch): void {
  const { namespace, metric, dimensions, statistic, period = Duration.minutes(1) } = condition;
  watchMetric(scope, id, alerting, {
    ...condition,
    metric: new Metric({
      namespace,
      metricName: metric,
      dimensionsMap: { ...dimensions },
      statistic,
      period,
    }),
  });
}

/** Adds an alarm where the environment has alarms. No data means that nothing happened, unless that is what is watched for. */
export function watchMetric(
  scope: Construct,
  id: string,
  alerting: Alerting,
  condition: Condition & { readonly metric: IMetric },
): void {
  if (!alerting.enabled) return;
  const { periods = { of: 1, bad: 1 }, below = false } = condition;
  const alarm = new Alarm(scope, id, {
    alarmDescription: `${condition.description} ${alerting.runbooks}/${condition.runbook}.md`,
    metric: condition.metric,
    threshold: condition.threshold,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: periods.of,
    datapointsToAlarm: periods.bad,
    treatMissingData: below ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
  });
  const { topic } = alerting;
  if (topic !== undefined) alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
}
