import type { Construct } from 'constructs';
import type { Pipeline } from '../../shared/pipeline/index.ts';
import { compactLake } from '../constructs/compacting.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { PipelineProcessing } from '../constructs/pipeline-processing.ts';
import { pascalCase } from '../names.ts';
import { MillraceStack } from './millrace-stack.ts';
import type { StreamsStack } from './streams-stack.ts';

/** The stages of every pipeline. */
export class ProcessingStack extends MillraceStack {
  constructor(scope: Construct, deployment: Deployment, data: StreamsStack, pipelines: readonly Pipeline[]) {
    super(scope, 'Processing', deployment, 'the stages of the pipelines');
    this.addStackDependency(data);
    compactLake(this, deployment, data);
    for (const pipeline of pipelines) {
      const streams = data.streams.get(pipeline.name);
      if (streams === undefined) throw new Error(`pipeline "${pipeline.name}" has no streams`);
      const { alerting, lake, tables } = data;
      new PipelineProcessing(this, pascalCase(pipeline.name), {
        alerting,
        alerts: data.alerts.get(pipeline.name),
        deployment,
        lake,
        pipeline,
        streams,
        tables,
      });
    }
  }
}
