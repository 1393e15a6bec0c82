import { Duration } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { filterStages, type Pipeline, type StageInput } from '../../shared/pipeline/index.ts';
import type { Environment } from '../environment.ts';
import { pascalCase } from '../names.ts';
import type { Alerting } from './alarms/alerting.ts';
import { streamAlarms } from './alarms/stream-alarms.ts';
import { removalPolicyOf } from './retention.ts';

export interface PipelineStreamsProps {
  readonly pipeline: Pipeline;
  readonly environment: Environment;
  readonly alerting: Alerting;
}

/** The streams of one pipeline. */
export class PipelineStreams extends Construct {
  /** What producers send. */
  readonly events: Stream;
  /** What windows yield. */
  readonly results: Stream;
  /** Events that came after the last of their windows had closed. */
  readonly late: Stream;
  /** What filter stages let pass: name of the stage -> its stream. */
  readonly filtered: ReadonlyMap<string, Stream>;

  constructor(scope: Construct, id: string, { environment, alerting, pipeline }: PipelineStreamsProps) {
    super(scope, id);
    const { capacity } = environment;
    const stream = (name: string, shards?: number): Stream => {
      const created = new Stream(this, name, {
        ...(capacity.mode === 'on-demand'
          ? { streamMode: StreamMode.ON_DEMAND }
          : { streamMode: StreamMode.PROVISIONED, shardCount: shards ?? capacity.shards }),
        retentionPeriod: Duration.hours(environment.retentionHours),
        // The key alias/aws/kinesis: encrypted at rest, and readers and writers need no permission for the key.
        encryption: StreamEncryption.MANAGED,
        removalPolicy: removalPolicyOf(environment),
      });
      streamAlarms(this, name, alerting, created);
      return created;
    };
    this.events = stream('Events');
    this.results = stream('Results');
    // Late events are the exception: if there are too many for one shard, that is what should be looked at.
    this.late = stream('Late', 1);
    this.filtered = new Map(
      filterStages(pipeline).map(({ name }) => [name, stream(`Filtered${pascalCase(name)}`)]),
    );
  }

  /** The stream that a stage reads. */
  inputOf(from: StageInput): Stream {
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
  outputOf(stage: string): Stream {
    const stream = this.filtered.get(stage);
    if (stream === undefined) throw new Error(`filter stage "${stage}" has no stream`);
    return stream;
  }
}
