import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REJECTED_PREFIX } from '../../shared/lake/layout.ts';
import type { AlertStage } from '../../shared/pipeline/index.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { heartbeatAlarms } from './alarms/heartbeat-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { onTable, publishTo, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { IN_ORDER, StreamConsumer } from './stream-consumer.ts';

/**
 * Batches small enough that the alerts of one are sent well within the timeout. They are in order, and retried for as long as
 * the stream keeps them: an alert waits for SNS, it is not given up.
 */
const DELIVERY = { ...IN_ORDER, batchSize: 1_000, batchingWindow: 0 };

/** The function of an alert stage, fed from its input. */
export function alertFunction(scope: Construct, props: PipelineProcessingProps, stage: AlertStage): void {
  const { alerting, alerts, deployment, lake, pipeline, streams, tables } = props;
  if (alerts === undefined) throw new Error(`pipeline "${pipeline.name}" has no topic for its alerts`);
  const { environment } = deployment;
  const consumer = new BundledFunction(scope, 'Alert', {
    deployment,
    alerting,
    bundle: 'alert',
    description: `${pipeline.name}/${stage.name}: tells people`,
    memory: 512,
    // Waiting for another process's claim takes 15 seconds.
    timeout: Duration.minutes(2),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.stage]: stage.name,
      [ENV.stateTable]: tables.state.tableName,
      [ENV.alertTopic]: alerts.topicArn,
      [ENV.lakeBucket]: lake.bucketName,
      [ENV.retentionHours]: String(environment.retentionHours),
    },
    permissions: [
      onTable(tables.state, 'GetItem', 'UpdateItem'),
      publishTo(alerts),
      putObjects(lake, REJECTED_PREFIX),
    ],
  });
  heartbeatAlarms(consumer, alerting, { service: 'alert', of: stage.name });
  new StreamConsumer(scope, 'Input', {
    environment,
    alerting,
    consumer,
    stream: streams.inputOf(stage.from),
    delivery: DELIVERY,
    failures: lake,
  });
}
