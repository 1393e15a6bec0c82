import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Policy } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { filterStages, type Stage, windowStages } from '../../shared/pipeline/index.ts';
import { ENV } from '../../shared/runtime/env.ts';
import type { StreamReference } from '../references.ts';
import { scheduleAlarms } from './alarms/schedule-alarms.ts';
import { HintedFunction } from './hinted-function.ts';
import { invoke, onStream, onTable } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';

const variablesOf = (
  scope: Construct,
  { deployment, pipeline, streams, tables }: PipelineProcessingProps,
) => ({
  [ENV.pipeline]: pipeline.name,
  [ENV.stageStreams]: Stack.of(scope).toJsonString(
    Object.fromEntries(
      [...windowStages(pipeline), ...filterStages(pipeline)].map(({ name, from }) => [
        name,
        streams.inputOf(from).streamName,
      ]),
    ),
  ),
  [ENV.resultsStream]: streams.results.streamName,
  [ENV.stateTable]: tables.state.tableName,
  [ENV.retentionHours]: String(deployment.environment.retentionHours),
});

/** The streams that stages read, each once. */
const inputsOf = (
  { streams }: PipelineProcessingProps,
  stages: readonly Pick<Stage, 'from'>[],
): readonly StreamReference[] => [...new Set(stages.map(({ from }) => streams.inputOf(from)))];

/** The function that merges windows and emits their results. */
export function fireFunction(scope: Construct, props: PipelineProcessingProps): HintedFunction {
  const { alerting, deployment, lake, pipeline, streams, tables } = props;
  const fire = new HintedFunction(scope, 'Fire', {
    deployment,
    alerting,
    failures: lake,
    bundle: 'fire',
    description: `${pipeline.name}: fires windows`,
    memory: 1769,
    // A firing that is cut off is emitted again from its start, a bucket of one from its last note, so it gets all the time
    // there is: a million results take minutes to pass through a few shards.
    timeout: Duration.minutes(15),
    variables: variablesOf(scope, props),
    permissions: [
      onTable(tables.state, 'Query', 'GetItem', 'PutItem', 'UpdateItem'),
      onStream(streams.results, 'PutRecords'),
      ...inputsOf(props, windowStages(pipeline)).map((stream) => onStream(stream, 'ListShards')),
    ],
    nodeOptions: ['--max-semi-space-size=64'],
  });
  const { role } = fire.function;
  if (role !== undefined) {
    // A policy of its own: the role's own one is made before the function, and could not name it.
    new Policy(scope, 'FireAgain', { roles: [role], statements: [invoke(fire.function)] });
  }
  return fire;
}

/** The function that looks every minute at what needs firing, registers shards and probes quiet ones. */
export function sweepFunction(
  scope: Construct,
  props: PipelineProcessingProps,
  fire: IFunction,
): HintedFunction {
  const { alerting, deployment, lake, pipeline, tables } = props;
  // The time of windows over filters begins where the filters' does.
  const inputs = inputsOf(props, [...windowStages(pipeline), ...filterStages(pipeline)]);
  const sweep = new HintedFunction(scope, 'Sweep', {
    deployment,
    alerting,
    failures: lake,
    bundle: 'sweep',
    description: `${pipeline.name}: finds windows to fire and quiet shards`,
    memory: 512,
    timeout: Duration.minutes(1),
    variables: { ...variablesOf(scope, props), [ENV.fireFunction]: fire.functionName },
    permissions: [
      onTable(tables.state, 'Query', 'GetItem', 'PutItem', 'UpdateItem'),
      ...inputs.map((stream) => onStream(stream, 'ListShards', 'GetShardIterator', 'GetRecords')),
      invoke(fire),
    ],
  });
  const rule = new Rule(scope, 'EveryMinute', {
    description: `Sweeps ${pipeline.name}`,
    schedule: Schedule.rate(Duration.minutes(1)),
    targets: [
      // The next minute comes by itself: see HintedFunction.
      new LambdaTarget(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    ],
  });
  scheduleAlarms(rule, alerting, {
    rule,
    target: sweep.function,
    every: Duration.minutes(1),
    missed: {
      description:
        'The function has not run for minutes: windows without new events do not fire. Check its rule.',
      runbook: 'sweep-missed',
    },
  });
  return sweep;
}
