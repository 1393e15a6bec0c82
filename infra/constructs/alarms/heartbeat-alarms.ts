import type { Construct } from 'constructs';
import type { MeasuredService } from '../../../shared/runtime/telemetry/catalogue.ts';
import { ownMetric } from '../own-metric.ts';
import { type Alerting, watchMetric } from './alerting.ts';

/** A heartbeat is sent each minute. */
const SLOW_MS = 60_000;
const FIVE_MINUTES = { of: 5, bad: 5 } as const;

/** Whose heartbeats are watched. */
export interface HeartbeatWatch {
  readonly service: MeasuredService;
  /** Name of the pipeline or the stage, as the service's scope has it. */
  readonly of: string;
  /** For how long heartbeats may lie in batches that are being gathered, in seconds. */
  readonly gathering?: number;
}

/** No heartbeat gets as far as a function, or they take too long to. */
export function heartbeatAlarms(
  scope: Construct,
  alerting: Alerting,
  { service, of, gathering = 0 }: HeartbeatWatch,
): void {
  if (!alerting.heartbeats) return;
  const age = (statistic: 'SampleCount' | 'Maximum') =>
    ownMetric(alerting.deployment, service, 'HeartbeatAge', of, { statistic });
  watchMetric(scope, 'HeartbeatMissing', alerting, {
    description: `No heartbeat has come through ${service} of ${of} for five minutes: so does nothing else. Look where they end.`,
    runbook: 'heartbeat-missing',
    metric: age('SampleCount'),
    threshold: 1,
    below: true,
    periods: FIVE_MINUTES,
  });
  watchMetric(scope, 'HeartbeatSlow', alerting, {
    description: `Heartbeats take over a minute to ${service} of ${of}, for five minutes now: so do events. Look where they wait.`,
    runbook: 'heartbeat-slow',
    metric: age('Maximum'),
    threshold: SLOW_MS + gathering * 1_000,
    periods: FIVE_MINUTES,
  });
}
