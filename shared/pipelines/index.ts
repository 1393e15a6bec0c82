import { assertDistinct, type Pipeline, type Stage } from '../pipeline/index.ts';
import networkTraffic from './network-traffic.ts';

/** Every pipeline of this application: what is listed here is deployed. */
export const pipelines: readonly Pipeline[] = [networkTraffic];

assertDistinct(pipelines);

/** @throws RangeError when no pipeline has a stage of that name */
export function findStage(name: string): Stage {
  const stage = pipelines.flatMap((pipeline) => pipeline.stages).find((candidate) => candidate.name === name);
  if (stage === undefined) throw new RangeError(`no pipeline in shared/pipelines has a stage "${name}"`);
  return stage;
}
