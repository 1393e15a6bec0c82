import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REJECTED_PREFIX } from '../../shared/lake/layout.ts';
import type { FilterStage } from '../../shared/pipeline/index.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { heartbeatAlarms } from './alarms/heartbeat-alarms.ts';
import { filterStageAlarms } from './alarms/stage-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { onStream, onTable, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { IN_ORDER, StreamConsumer } from './stream-consumer.ts';

/** The function of a filter stage, fed from its input. */
export function filterFunction(scope: Construct, props: PipelineProcessingProps, stage: FilterStage): void {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const { environment } = deployment;
  const input = streams.inputOf(stage.from);
  const output = streams.outputOf(stage.name);
  const consumer = new BundledFunction(scope, 'Filter', {
    deployment,
    alerting,
    bundle: 'filter',
    description: `${pipeline.name}/${stage.name}: lets events pass`,
    memory: 1769,
    // A shard takes 1,000 records a second: a batch of packed events may take minutes to pass one by one. Cut off, it goes on from
    // the last step.
    timeout: Duration.minutes(5),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.stage]: stage.name,
      [ENV.inputStream]: input.streamName,
      [ENV.outputStream]: output.streamName,
      [ENV.stateTable]: tables.state.tableName,
      [ENV.lakeBucket]: lake.bucketName,
      [ENV.retentionHours]: String(environment.retentionHours),
    },
    permissions: [
      onTable(tables.state, 'GetItem', 'UpdateItem'),
      onStream(input, 'ListShards'),
      onStream(output, 'PutRecords'),
      putObjects(lake, REJECTED_PREFIX),
    ],
  });
  filterStageAlarms(scope, alerting, stage.name);
  heartbeatAlarms(consumer, alerting, { service: 'filter', of: stage.name });
  new StreamConsumer(scope, 'Input', {
    environment,
    alerting,
    consumer,
    stream: input,
    delivery: { ...IN_ORDER, batchingWindow: environment.batchingWindow },
    failures: lake,
  });
}
