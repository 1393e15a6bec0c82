import type { EventType } from './event-type.ts';
import { type Pipeline, windowStages } from './pipeline.ts';
import { sourceOf } from './stage-input.ts';

/**
 * How much event time, in milliseconds, may lie within what is stored in one go. Events are packed by key, so those of
 * different keys reach a stage in another order than the producer's, by as much as they span. Of a batch that holds days
 * the first records would move the watermark to its end and make all the others late. Half of what a stage waits for
 * leaves the other half to the disorder of the producer itself. Stages behind filter stages wait like those that read the
 * producer's events.
 */
export function spanOf(type: EventType, pipelines: readonly Pipeline[]): number {
  const stages = pipelines.flatMap(windowStages).filter(({ from }) => sourceOf(from)?.name === type.name);
  return Math.min(
    ...stages.map(({ outOfOrderness, allowedLateness }) => (outOfOrderness + allowedLateness) / 2),
  );
}
