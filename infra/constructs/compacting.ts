import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { CURATED_PREFIX, LEFT_OUT_PREFIX, RAW_PREFIX } from '../../shared/lake/layout.ts';
import { ENV } from '../../shared/runtime/env.ts';
import type { StreamsStack } from '../stacks/streams-stack.ts';
import { scheduleAlarms } from './alarms/schedule-alarms.ts';
import type { Deployment } from './deployment.ts';
import { HintedFunction } from './hinted-function.ts';
import { getObjects, listObjects, onTable, putObjects } from './permissions.ts';

/** How often the hours that are over are looked for. */
const EVERY = Duration.minutes(15);

/** The function that makes typed tables of the raw events of closed hours, for all pipelines. */
export function compactLake(scope: Construct, deployment: Deployment, data: StreamsStack): void {
  const { alerting, lake, tables } = data;
  const lakeScope = new Construct(scope, 'Lake');
  const compact = new HintedFunction(lakeScope, 'Compact', {
    deployment,
    alerting,
    failures: lake,
    bundle: 'compact',
    description: 'Makes typed Parquet files of the hours of the lake that are over',
    // Two cores and what sorting a part of an hour takes; beyond its memory DuckDB uses the storage.
    memory: 3538,
    storage: 8192,
    timeout: Duration.minutes(15),
    // It runs four times an hour: waiting for several failures within minutes would be waiting for ever.
    errors: {
      description:
        'A run of the compaction failed: typed tables lack the last hours until one succeeds. Read its log.',
      runbook: 'compaction-failed',
      period: EVERY,
    },
    variables: {
      [ENV.stateTable]: tables.state.tableName,
      [ENV.lakeBucket]: lake.bucketName,
      [ENV.retentionHours]: String(deployment.environment.retentionHours),
    },
    permissions: [
      onTable(tables.state, 'GetItem', 'Query', 'UpdateItem'),
      listObjects(lake, RAW_PREFIX, CURATED_PREFIX, LEFT_OUT_PREFIX),
      getObjects(lake, RAW_PREFIX),
      getObjects(lake, CURATED_PREFIX),
      getObjects(lake, LEFT_OUT_PREFIX),
      putObjects(lake, CURATED_PREFIX),
      putObjects(lake, LEFT_OUT_PREFIX),
    ],
  });
  const rule = new Rule(lakeScope, 'Often', {
    description: 'Compacts the hours of the lake that are over',
    // An hour is left alone for its first five minutes; then what arrived in it has landed.
    schedule: Schedule.rate(EVERY),
    targets: [new LambdaTarget(compact.function, { retryAttempts: 0, maxEventAge: EVERY })],
  });
  scheduleAlarms(rule, alerting, {
    rule,
    target: compact.function,
    every: EVERY,
    missed: {
      description: 'The lake has not been compacted for three quarters of an hour. Check the rule.',
      runbook: 'compaction-missed',
    },
  });
}
