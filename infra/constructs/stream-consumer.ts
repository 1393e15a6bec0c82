import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import type { BucketReference, StreamReference } from '../references.ts';
import type { Alerting } from './alarms/alerting.ts';
import { consumerAlarms } from './alarms/consumer-alarms.ts';
import type { BundledFunction } from './bundled-function.ts';
import { recordFailures } from './failure-records.ts';
import { consume } from './permissions.ts';

/** How a function is fed from a stream. */
export interface Delivery {
  readonly batchSize: number;
  /** How long Lambda waits for a batch to fill, in seconds. */
  readonly batchingWindow: number;
  /** Batches of one shard at the same time; above 1 there is order only per partition key. */
  readonly parallelization: number;
  /** Whether a batch that fails is halved, and whether the function may name the records that failed. */
  readonly partial: boolean;
  /** -1: for as long as the stream keeps the records. */
  readonly retries: number;
}

/**
 * Delivery to stages that keep state, which decide by a record's position whether they have seen it: strictly in order.
 * A half of a batch that came after the other would be taken for a repetition and lost, hence no halving, no partial
 * failures and no parallel batches; only faults of the infrastructure reach Lambda, and those are retried until they end.
 */
export const IN_ORDER: Delivery = {
  batchSize: 10_000,
  batchingWindow: 1,
  parallelization: 1,
  partial: false,
  retries: -1,
};

/**
 * Delivery to functions for which every record stands for itself: a record that keeps failing is isolated and given
 * up, so that it does not hold back the others.
 */
export const EACH_RECORD: Delivery = {
  // Of several revisions of a result in one batch only the last is stored: large batches make a backlog cheap.
  batchSize: 5_000,
  batchingWindow: 0,
  parallelization: 4,
  partial: true,
  retries: 30,
};

export interface StreamConsumerProps {
  readonly environment: Environment;
  readonly alerting: Alerting;
  readonly consumer: BundledFunction;
  readonly stream: StreamReference;
  readonly delivery: Delivery;
  /** Keeps the batches that Lambda gave up on. */
  readonly failures: BucketReference;
}

/** Feeds a function from a stream, from the oldest record on. */
export class StreamConsumer extends Construct {
  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { consumer, delivery, failures } = props;
    const target = consumer.function;
    consumer.allow(consume(props.stream));
    const mapping = new CfnEventSourceMapping(this, 'Mapping', {
      functionName: target.functionName,
      eventSourceArn: props.stream.streamArn,
      startingPosition: 'TRIM_HORIZON',
      batchSize: delivery.batchSize,
      maximumBatchingWindowInSeconds: delivery.batchingWindow,
      parallelizationFactor: delivery.parallelization,
      bisectBatchOnFunctionError: delivery.partial,
      functionResponseTypes: delivery.partial ? ['ReportBatchItemFailures'] : undefined,
      maximumRetryAttempts: delivery.retries,
      maximumRecordAgeInSeconds: -1,
      destinationConfig: { onFailure: { destination: recordFailures(consumer, failures) } },
      // The counts of dropped and set aside records, which the alarms watch, exist only on request.
      metricsConfig: { metrics: ['EventCount'] },
    });
    // Lambda checks when the mapping is created that the role may read the stream.
    if (target.role !== undefined) mapping.node.addDependency(target.role);
    consumerAlarms(this, props.alerting, target, mapping, props.environment.retentionHours);
  }
}
