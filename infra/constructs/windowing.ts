import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { REJECTED_PREFIX } from '../../shared/lake/layout.ts';
import type { WindowStage } from '../../shared/pipeline/index.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { heartbeatAlarms } from './alarms/heartbeat-alarms.ts';
import { windowStageAlarms } from './alarms/stage-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { invoke, onStream, onTable, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { IN_ORDER, StreamConsumer } from './stream-consumer.ts';

/** The function of a window stage, fed from its input. */
export function windowFunction(
  scope: Construct,
  props: PipelineProcessingProps,
  stage: WindowStage,
  fire: IFunction,
  sweep: IFunction,
): void {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const { environment } = deployment;
  const input = streams.inputOf(stage.from);
  const consumer = new BundledFunction(scope, 'Window', {
    deployment,
    alerting,
    bundle: 'window',
    description: `${pipeline.name}/${stage.name}: folds events into windows`,
    // One core: the work is all CPU, so less memory would take longer at the same price.
    memory: 1769,
    // A batch of 10,000 events takes under a second; this leaves room for a cold start with a long log to read.
    timeout: Duration.minutes(2),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.stage]: stage.name,
      [ENV.inputStream]: input.streamName,
      [ENV.lateStream]: streams.late.streamName,
      [ENV.stateTable]: tables.state.tableName,
      [ENV.lakeBucket]: lake.bucketName,
      [ENV.fireFunction]: fire.functionName,
      [ENV.sweepFunction]: sweep.functionName,
      [ENV.retentionHours]: String(environment.retentionHours),
    },
    permissions: [
      onTable(tables.state, 'Query', 'GetItem', 'PutItem', 'UpdateItem'),
      onStream(streams.late, 'PutRecords'),
      onStream(input, 'ListShards'),
      putObjects(lake, REJECTED_PREFIX),
      invoke(fire),
      invoke(sweep),
    ],
    // The events of a batch die together: a young generation that holds them all is cheaper than promoting them.
    nodeOptions: ['--max-semi-space-size=64'],
  });
  windowStageAlarms(scope, alerting, stage.name);
  heartbeatAlarms(consumer, alerting, { service: 'window', of: stage.name });
  heartbeatAlarms(new Construct(scope, 'Firing'), alerting, { service: 'fire', of: stage.name });
  new StreamConsumer(scope, 'Events', {
    environment,
    alerting,
    consumer,
    stream: input,
    delivery: { ...IN_ORDER, batchingWindow: environment.batchingWindow },
    failures: lake,
  });
}
