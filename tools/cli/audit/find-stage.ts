import { type Pipeline, type WindowStage, windowStages } from '../../../shared/pipeline/index.ts';

/** A stage that there is not. */
export class UnknownStageError extends Error {
  override readonly name = 'UnknownStageError';
}

/**
 * The window stage of a name, and its pipeline.
 *
 * @throws UnknownStageError naming those that there are
 */
export function findStage(
  pipelines: readonly Pipeline[],
  name: string,
): { readonly pipeline: Pipeline; readonly stage: WindowStage } {
  for (const pipeline of pipelines) {
    const stage = windowStages(pipeline).find((candidate) => candidate.name === name);
    if (stage !== undefined) return { pipeline, stage };
  }
  const names = pipelines.flatMap((pipeline) => windowStages(pipeline).map((stage) => stage.name));
  throw new UnknownStageError(`there is no window stage "${name}": use one of ${names.join(', ')}`);
}
