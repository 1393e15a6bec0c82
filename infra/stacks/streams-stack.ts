import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { alertStages, type Pipeline, personalFields } from '../../shared/pipeline/index.ts';
import { alarmTopic } from '../constructs/alarms/alarm-topic.ts';
import type { Alerting } from '../constructs/alarms/alerting.ts';
import { alertTopic } from '../constructs/alert-topic.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { lakeBucket } from '../constructs/lake-bucket.ts';
import { PipelineStreams } from '../constructs/pipeline-streams.ts';
import { pseudonymSecret } from '../constructs/pseudonym-secret.ts';
import { Tables } from '../constructs/tables.ts';
import { deploymentName, lakeExport, pascalCase } from '../names.ts';
import {
  type BucketReference,
  bucketReference,
  type SecretReference,
  type TopicReference,
} from '../references.ts';
import { MillraceStack } from './millrace-stack.ts';

/** Everything that holds data. The other stacks can be deleted and deployed again without losing any. */
export class StreamsStack extends MillraceStack {
  readonly tables: Tables;
  readonly lake: BucketReference;
  readonly alerting: Alerting;
  /** By name of the pipeline, in order of declaration. */
  readonly streams: ReadonlyMap<string, PipelineStreams>;
  /** Where the pipelines that have alerts publish them: topics are kept here for the sake of their subscriptions. */
  readonly alerts: ReadonlyMap<string, TopicReference>;
  /** Keys of pseudonyms, where an event type has personal fields. */
  readonly pseudonyms: SecretReference | undefined;

  constructor(scope: Construct, deployment: Deployment, pipelines: readonly Pipeline[]) {
    super(scope, 'Streams', deployment, 'streams, tables and the lake');
    const { environment } = deployment;
    this.alerting = {
      enabled: environment.alarms !== 'off',
      topic: environment.alarms === 'notify' ? alarmTopic(this, 'Alarms', deployment) : undefined,
      heartbeats: deployment.heartbeat,
      deployment: deploymentName(deployment),
      runbooks: deployment.runbooks,
    };
    this.tables = new Tables(this, 'Tables', deployment);
    const { bucketName } = lakeBucket(this, 'Lake', deployment);
    new CfnOutput(this, 'LakeBucket', {
      value: bucketName,
      description: 'Bucket of the lake and of what was set aside',
      exportName: lakeExport(deployment),
    });
    this.lake = bucketReference(lakeExport(deployment));
    this.streams = new Map(
      pipelines.map((pipeline) => [
        pipeline.name,
        new PipelineStreams(this, pascalCase(pipeline.name), {
          deployment,
          alerting: this.alerting,
          pipeline,
        }),
      ]),
    );
    this.alerts = new Map(
      pipelines
        .filter((pipeline) => alertStages(pipeline).length > 0)
        .map(({ name }) => [
          name,
          alertTopic(this, `${pascalCase(name)}Alerts`, deployment, name, this.alerting),
        ]),
    );
    const isPersonal = pipelines.some(({ types }) => types.some((type) => personalFields(type).length > 0));
    this.pseudonyms = isPersonal ? pseudonymSecret(this, 'Pseudonyms', deployment) : undefined;
    this.addOutputs();
  }

  private addOutputs(): void {
    const output = (id: string, value: string, description: string) =>
      new CfnOutput(this, id, { value, description });
    output('StateTable', this.tables.state.tableName, 'Table of the commit log, heads, clocks and ledger');
    output('ResultsTable', this.tables.results.tableName, 'Table of the latest revision of every result');
    output('SendersTable', this.tables.senders.tableName, 'Table of what is remembered of senders');
    output('KeysTable', this.tables.keys.tableName, 'Table of the hashes of the write keys');
    if (this.pseudonyms !== undefined) {
      output('PseudonymSecret', this.pseudonyms.secretName, 'Secret with the keys of pseudonyms');
    }
    if (this.alerting.topic !== undefined) {
      output('AlarmTopic', this.alerting.topic.topicArn, 'Topic to subscribe to for alarms');
    }
    for (const [name, topic] of this.alerts) {
      output(`${pascalCase(name)}AlertTopic`, topic.topicArn, `Topic to subscribe to for alerts of ${name}`);
    }
    for (const [name, { events, results, late, filtered }] of this.streams) {
      const prefix = pascalCase(name);
      output(`${prefix}EventsStream`, events.streamName, `Events of ${name}`);
      output(`${prefix}ResultsStream`, results.streamName, `Results of ${name}`);
      output(
        `${prefix}LateStream`,
        late.streamName,
        `Events of ${name} that came too late for their windows`,
      );
      for (const [stage, stream] of filtered) {
        output(
          `${prefix}${pascalCase(stage)}Stream`,
          stream.streamName,
          `Events of ${name} that ${stage} lets pass`,
        );
      }
    }
  }
}
