import { Duration } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { filterStages, type Pipeline, type StageInput } from '../../shared/pipeline/index.ts';
import { acknowledge } from '../acknowledgments.ts';
import { pascalCase, physicalName } from '../names.ts';
import { type StreamReference, streamReference } from '../references.ts';
import type { Alerting } from './alarms/alerting.ts';
import { streamAlarms } from './alarms/stream-alarms.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';
import { removalPolicyOf } from './retention.ts';

export interface PipelineStreamsProps {
  readonly pipeline: Pipeline;
  readonly deployment: Deployment;
  readonly alerting: Alerting;
}

/** The streams of one pipeline. */
export class PipelineStreams extends Construct {
  /** What producers send. */
  readonly events: StreamReference;
  /** What windows yield. */
  readonly results: StreamReference;
  /** Events that came after the last of their windows had closed. */
  readonly late: StreamReference;
  /** What filter stages let pass: name of the stage -> its stream. */
  readonly filtered: ReadonlyMap<string, StreamReference>;

  constructor(scope: Construct, id: string, { deployment, alerting, pipeline }: PipelineStreamsProps) {
    super(scope, id);
    const { environment } = deployment;
    const { capacity } = environment;
    const encryptionKey = keyOf(this, deployment);
    const stream = (id: string, parts: readonly [string, ...string[]], shards?: number): StreamReference => {
      const streamName = physicalName(deployment, pipeline.name, ...parts);
      const created = new Stream(this, id, {
        streamName,
        ...(capacity.mode === 'on-demand'
          ? { streamMode: StreamMode.ON_DEMAND }
          : { streamMode: StreamMode.PROVISIONED, shardCount: shards ?? capacity.shards }),
        retentionPeriod: Duration.hours(environment.retentionHours),
        // The key alias/aws/kinesis, or the customer's: readers and writers need permission for the latter only.
        ...(encryptionKey === undefined
          ? { encryption: StreamEncryption.MANAGED }
          : { encryption: StreamEncryption.KMS, encryptionKey }),
        removalPolicy: removalPolicyOf(environment),
      });
      acknowledge(created, 'KDS3', "It is the key that was chosen for everything: the customer's.");
      const reference = streamReference(streamName);
      streamAlarms(this, id, alerting, reference);
      return reference;
    };
    this.events = stream('Events', ['events']);
    this.results = stream('Results', ['results']);
    // Late events are the exception: if there are too many for one shard, that is what should be looked at.
    this.late = stream('Late', ['late'], 1);
    this.filtered = new Map(
      filterStages(pipeline).map(({ name }) => [
        name,
        stream(`Filtered${pascalCase(name)}`, ['filtered', name]),
      ]),
    );
  }

  /** The stream that a stage reads. */
  inputOf(from: StageInput): StreamReference {
    switch (from.kind) {
      case 'type':
        return this.events;
      case 'window':
        return this.results;
      case 'filter':
        return this.outputOf(from.name);
    }
  }

  /** The stream that a filter stage writes. */
  outputOf(stage: string): StreamReference {
    const stream = this.filtered.get(stage);
    if (stream === undefined) throw new Error(`filter stage "${stage}" has no stream`);
    return stream;
  }
}
