import type { Construct } from 'constructs';
import type { StreamReference } from '../../references.ts';
import { type Alerting, watch } from './alerting.ts';

/** What can go wrong with writing to a stream: https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export function streamAlarms(
  scope: Construct,
  name: string,
  alerting: Alerting,
  stream: StreamReference,
): void {
  watch(scope, `${name}Full`, alerting, {
    description: 'The stream refuses records for minutes on end, beyond what retries even out: add shards.',
    runbook: 'stream-full',
    namespace: 'AWS/Kinesis',
    metric: 'WriteProvisionedThroughputExceeded',
    dimensions: { StreamName: stream.streamName },
    statistic: 'Sum',
    threshold: 1,
    periods: { of: 5, bad: 5 },
  });
}
