import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ownMetric, shareOf } from '../own-metric.ts';
import { type Alerting, watchMetric } from './alerting.ts';

/** Percent of the events of five minutes. */
const TOO_MANY = 10;
const HELD_MS = 300_000;
const OVER_FIVE_MINUTES = { period: Duration.minutes(5) };

/** A window stage sets aside more than it should, or its time does not go on. */
export function windowStageAlarms(scope: Construct, alerting: Alerting, stage: string): void {
  const of = (name: 'EventsAccepted' | 'EventsDuplicate' | 'EventsLate' | 'EventsRejected') =>
    ownMetric(alerting.deployment, 'window', name, stage, OVER_FIVE_MINUTES);
  watchMetric(scope, 'Rejected', alerting, {
    description: `Stage ${stage} sets aside over ${TOO_MANY}% of its events: see rejected/ in the lake bucket for the reasons.`,
    runbook: 'events-rejected',
    metric: shareOf(of('EventsRejected'), [of('EventsAccepted'), of('EventsDuplicate'), of('EventsLate')]),
    threshold: TOO_MANY,
  });
  watchMetric(scope, 'Held', alerting, {
    description: `The watermark of ${stage} is held by a shard that nobody reads: its windows do not fire. Look at the consumer.`,
    runbook: 'watermark-held',
    metric: ownMetric(alerting.deployment, 'sweep', 'WatermarkHeld', stage, { statistic: 'Maximum' }),
    threshold: HELD_MS,
    periods: { of: 3, bad: 3 },
  });
}

/** A filter stage sets aside more than it should. */
export function filterStageAlarms(scope: Construct, alerting: Alerting, stage: string): void {
  const of = (name: 'EventsPassed' | 'EventsFiltered' | 'EventsRejected') =>
    ownMetric(alerting.deployment, 'filter', name, stage, OVER_FIVE_MINUTES);
  watchMetric(scope, 'Rejected', alerting, {
    description: `Stage ${stage} sets aside over ${TOO_MANY}% of its events: see rejected/ in the lake bucket for the reasons.`,
    runbook: 'events-rejected',
    metric: shareOf(of('EventsRejected'), [of('EventsPassed'), of('EventsFiltered')]),
    threshold: TOO_MANY,
  });
}

/** Ingestion refuses or cannot store more than it should. */
export function ingestAlarms(scope: Construct, alerting: Alerting): void {
  const of = (name: 'EventsAccepted' | 'EventsRejected', period: Duration) =>
    ownMetric(alerting.deployment, 'ingest', name, undefined, { period });
  const { period } = OVER_FIVE_MINUTES;
  watchMetric(scope, 'Rejects', alerting, {
    description: `Ingestion refuses over ${TOO_MANY}% of the events: a producer sends what does not fit its type. Find out which.`,
    runbook: 'ingestion-rejects',
    metric: shareOf(of('EventsRejected', period), [of('EventsAccepted', period)]),
    threshold: TOO_MANY,
  });
  watchMetric(scope, 'NotStored', alerting, {
    description:
      'Senders are asked again and again to send events once more: the stream takes no more, or is not reached.',
    runbook: 'events-not-stored',
    metric: ownMetric(alerting.deployment, 'ingest', 'EventsNotStored'),
    threshold: 1,
    periods: { of: 5, bad: 3 },
  });
}
