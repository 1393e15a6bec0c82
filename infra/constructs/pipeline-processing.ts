import { Construct } from 'constructs';
import { alertStages, filterStages, type Pipeline, windowStages } from '../../shared/pipeline/index.ts';
import { pascalCase } from '../names.ts';
import type { BucketReference, TopicReference } from '../references.ts';
import type { Alerting } from './alarms/alerting.ts';
import { alertFunction } from './alert-function.ts';
import { PipelineDashboard } from './dashboard/pipeline-dashboard.ts';
import type { Deployment } from './deployment.ts';
import { filterFunction } from './filtering.ts';
import { fireFunction, sweepFunction } from './firing.ts';
import { heartbeatFunction } from './heartbeat.ts';
import { landEvents } from './landing.ts';
import { materializeResults } from './materializing.ts';
import type { PipelineStreams } from './pipeline-streams.ts';
import type { Tables } from './tables.ts';
import { windowFunction } from './windowing.ts';

/** A pipeline and what its functions work with. */
export interface PipelineProcessingProps {
  readonly deployment: Deployment;
  readonly alerting: Alerting;
  readonly pipeline: Pipeline;
  readonly streams: PipelineStreams;
  /** Where alerts are published; where there are alert stages, there is one. */
  readonly alerts: TopicReference | undefined;
  readonly tables: Tables;
  readonly lake: BucketReference;
}

/** The functions of one pipeline: derived from its declaration, so that a new stage needs no change here. */
export class PipelineProcessing extends Construct {
  constructor(scope: Construct, id: string, props: PipelineProcessingProps) {
    super(scope, id);
    heartbeatFunction(this, props);
    landEvents(this, props);
    for (const stage of filterStages(props.pipeline)) {
      filterFunction(new Construct(this, pascalCase(stage.name)), props, stage);
    }
    for (const stage of alertStages(props.pipeline)) {
      alertFunction(new Construct(this, pascalCase(stage.name)), props, stage);
    }
    this.#windows(props);
    const { deployment, pipeline, streams } = props;
    if (deployment.dashboards) {
      new PipelineDashboard(this, 'Overview', { deployment, pipeline, streams, processing: this });
    }
  }

  #windows(props: PipelineProcessingProps): void {
    const stages = windowStages(props.pipeline);
    if (stages.length === 0) return;
    const fire = fireFunction(this, props);
    const sweep = sweepFunction(this, props, fire.function);
    for (const stage of stages) {
      windowFunction(
        new Construct(this, pascalCase(stage.name)),
        props,
        stage,
        fire.function,
        sweep.function,
      );
    }
    if (stages.some((stage) => stage.materialize)) materializeResults(this, props);
  }
}
