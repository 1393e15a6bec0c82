import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Pipeline } from '../pipeline/index.ts';
import { spanOf, windowStages } from '../pipeline/index.ts';
import { pipelines } from '../pipelines/index.ts';
import { compileStage } from '../state/compiled-stage.ts';
import { type StageContext, stageContext } from '../state/stage-context.ts';
import { ENV, requireEnv } from './env.ts';

const HOUR_MS = 3_600_000;

/** @throws RangeError when the function's environment names a pipeline that the bundle does not have */
export function pipelineFromEnv(): Pipeline {
  const name = requireEnv(ENV.pipeline);
  const found = pipelines.find((pipeline) => pipeline.name === name);
  if (found === undefined) throw new RangeError(`no pipeline "${name}" is declared in shared/pipelines`);
  return found;
}

/** The stream that each window and filter stage of the function's pipeline reads. */
export function stageStreams(): (stage: string) => string {
  const streams = JSON.parse(requireEnv(ENV.stageStreams)) as Record<string, string>;
  return (stage) => {
    const stream = streams[stage];
    if (stream === undefined) throw new RangeError(`${ENV.stageStreams} has no stream for stage "${stage}"`);
    return stream;
  };
}

/** The window stages of the function's pipeline, or the one that its environment names, ready to run. */
export function stagesFromEnv(client: DynamoDBClient): Map<string, StageContext> {
  const pipeline = pipelineFromEnv();
  const only = process.env[ENV.stage];
  const stages = windowStages(pipeline).filter(({ name }) => only === undefined || name === only);
  const table = requireEnv(ENV.stateTable);
  const retention = Number(requireEnv(ENV.retentionHours)) * HOUR_MS;
  return new Map(
    stages.map((stage) => [
      stage.name,
      stageContext({
        client,
        table,
        pipeline: pipeline.name,
        compiled: compileStage(stage),
        retention,
        resultSpan: spanOf(stage, [pipeline]),
      }),
    ]),
  );
}
