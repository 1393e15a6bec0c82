import { type EventType, type Pipeline, windowStages } from '../../../shared/pipeline/index.ts';

/**
 * How much event time, in milliseconds, one request of a type may span. Ingestion packs the events of a request by key,
 * so events of different keys reach a stage in another order than that of the file, by as much as the request spans.
 * Where a file holds days, that could be more than the stages wait for late events. Half of what they wait for leaves
 * the other half to the disorder of the file itself.
 */
export function spanOf(type: EventType, pipelines: readonly Pipeline[]): number {
  const stages = pipelines.flatMap(windowStages).filter(({ from }) => from.name === type.name);
  return Math.min(
    ...stages.map(({ outOfOrderness, allowedLateness }) => (outOfOrderness + allowedLateness) / 2),
  );
}
