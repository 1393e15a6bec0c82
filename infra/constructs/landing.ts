import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LATE_PREFIX, RAW_PREFIX, REJECTED_PREFIX, RESULTS_PREFIX } from '../../shared/lake/layout.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { heartbeatAlarms } from './alarms/heartbeat-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { getObjects, onStream, onTable, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { IN_ORDER, StreamConsumer } from './stream-consumer.ts';

/** The function that lands every record of a pipeline's events, of its results and of what came too late for them in the lake. */
export function landEvents(scope: Construct, props: PipelineProcessingProps): void {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const { environment } = deployment;
  const consumer = new BundledFunction(scope, 'Land', {
    deployment,
    alerting,
    bundle: 'land',
    description: `${pipeline.name}: lands events and results in the lake`,
    memory: 1024,
    timeout: Duration.minutes(2),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.eventsStream]: streams.events.streamName,
      [ENV.lateStream]: streams.late.streamName,
      [ENV.resultsStream]: streams.results.streamName,
      [ENV.stateTable]: tables.state.tableName,
      [ENV.lakeBucket]: lake.bucketName,
    },
    permissions: [
      onTable(tables.state, 'GetItem', 'UpdateItem'),
      ...[streams.events, streams.late, streams.results].map((stream) => onStream(stream, 'ListShards')),
      // Reading, to learn how far an object reaches that another attempt has created.
      ...[RAW_PREFIX, LATE_PREFIX, RESULTS_PREFIX].flatMap((prefix) => [
        putObjects(lake, prefix),
        getObjects(lake, prefix),
      ]),
      putObjects(lake, REJECTED_PREFIX),
    ],
  });
  heartbeatAlarms(consumer, alerting, {
    service: 'land',
    of: pipeline.name,
    // For so long an object of the lake is filled.
    gathering: environment.landingWindow,
  });
  const landed = { Landing: streams.events, LandingLate: streams.late, LandingResults: streams.results };
  for (const [id, stream] of Object.entries(landed)) {
    new StreamConsumer(scope, id, {
      environment,
      alerting,
      consumer,
      stream,
      delivery: { ...IN_ORDER, batchingWindow: environment.landingWindow },
      failures: lake,
    });
  }
}
