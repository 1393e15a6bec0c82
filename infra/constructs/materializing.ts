import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REJECTED_PREFIX } from '../../shared/lake/layout.ts';
import { ENV } from '../../shared/runtime/env.ts';
import { heartbeatAlarms } from './alarms/heartbeat-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { onTable, putObjects } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';
import { EACH_RECORD, StreamConsumer } from './stream-consumer.ts';

/** The function that keeps the latest revision of every result in the results table, fed from the results stream. */
export function materializeResults(scope: Construct, props: PipelineProcessingProps): void {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const consumer = new BundledFunction(scope, 'Materialize', {
    deployment,
    alerting,
    bundle: 'materialize',
    description: `${pipeline.name}: keeps the latest results in the table`,
    memory: 512,
    timeout: Duration.minutes(1),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.resultsTable]: tables.results.tableName,
      [ENV.lakeBucket]: lake.bucketName,
    },
    permissions: [onTable(tables.results, 'PutItem', 'BatchWriteItem'), putObjects(lake, REJECTED_PREFIX)],
  });
  heartbeatAlarms(consumer, alerting, { service: 'materialize', of: pipeline.name });
  new StreamConsumer(scope, 'Results', {
    environment: deployment.environment,
    alerting,
    consumer,
    stream: streams.results,
    delivery: EACH_RECORD,
    failures: lake,
  });
}
