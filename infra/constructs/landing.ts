import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RAW_PREFIX, REJECTED_PREFIX } from '../../shared/lake/layout.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { BundledFunction } from './bundled-function.ts';
import { getObjects, onStream, onTable, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { IN_ORDER, StreamConsumer } from './stream-consumer.ts';

/** The function that lands every record of a pipeline's events in the lake. */
export function landEvents(scope: Construct, props: PipelineProcessingProps): void {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const { environment } = deployment;
  const consumer = new BundledFunction(scope, 'Land', {
    deployment,
    alerting,
    bundle: 'land',
    description: `${pipeline.name}: lands raw events in the lake`,
    memory: 1024,
    timeout: Duration.minutes(2),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.eventsStream]: streams.events.streamName,
      [ENV.stateTable]: tables.state.tableName,
      [ENV.lakeBucket]: lake.bucketName,
    },
    permissions: [
      onTable(tables.state, 'GetItem', 'UpdateItem'),
      onStream(streams.events, 'ListShards'),
      putObjects(lake, RAW_PREFIX),
      // To learn how far an object reaches that another attempt has created.
      getObjects(lake, RAW_PREFIX),
      putObjects(lake, REJECTED_PREFIX),
    ],
  });
  new StreamConsumer(scope, 'Landing', {
    environment,
    alerting,
    consumer,
    stream: streams.events,
    delivery: { ...IN_ORDER, batchingWindow: environment.landingWindow },
    failures: lake,
  });
}
