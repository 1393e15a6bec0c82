import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENV } from '../../shared/runtime/env.ts';
import { scheduleAlarms } from './alarms/schedule-alarms.ts';
import { BundledFunction } from './bundled-function.ts';
import { onStream } from './permissions.ts';
import type { PipelineProcessingProps } from './pipeline-processing.ts';

const EVERY = Duration.minutes(1);

/** The function that puts a heartbeat into every shard of a pipeline's events, where a deployment has heartbeats. */
export function heartbeatFunction(scope: Construct, props: PipelineProcessingProps): void {
  const { alerting, deployment, pipeline, streams } = props;
  if (!deployment.heartbeat) return;
  const heartbeat = new BundledFunction(scope, 'Heartbeat', {
    deployment,
    alerting,
    bundle: 'heartbeat',
    description: `${pipeline.name}: sends a heartbeat through its stages`,
    memory: 256,
    timeout: Duration.seconds(30),
    variables: {
      [ENV.pipeline]: pipeline.name,
      [ENV.eventsStream]: streams.events.streamName,
    },
    permissions: [onStream(streams.events, 'ListShards', 'PutRecords')],
  });
  // A heartbeat that is late says nothing that the next one does not say.
  const config = new CfnEventInvokeConfig(heartbeat, 'Once', {
    functionName: heartbeat.function.functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: EVERY.toSeconds(),
  });
  if (heartbeat.function.role !== undefined) config.node.addDependency(heartbeat.function.role);
  const rule = new Rule(scope, 'Beating', {
    description: `Sends the heartbeats of ${pipeline.name}`,
    schedule: Schedule.rate(EVERY),
    targets: [new LambdaTarget(heartbeat.function, { retryAttempts: 0, maxEventAge: EVERY })],
  });
  scheduleAlarms(rule, alerting, {
    rule,
    target: heartbeat.function,
    every: EVERY,
    missed: {
      description:
        'No heartbeats have been sent for minutes: what they measure is not known. Check the rule and the function.',
      runbook: 'heartbeat-missing',
    },
  });
}
