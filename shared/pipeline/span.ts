import { type Pipeline, windowStages } from './pipeline.ts';
import type { StageInput } from './stage-input.ts';

/**
 * How much event time, in milliseconds, may lie within what is stored in one go. Events are put by key, so those of
 * different keys reach a stage in another order than they were made in, by as much as they span. Of a batch that holds days
 * the first records would move the watermark to its end and make all the others late. Half of what a stage waits for
 * leaves the other half to the disorder of the producer itself. Stages behind filter stages wait like those that read
 * what is stored directly.
 *
 * @returns Infinity where no window stage reads it
 */
export function spanOf(what: StageInput, pipelines: readonly Pipeline[]): number {
  const stages = pipelines.flatMap(windowStages).filter(({ from }) => comesFrom(from, what));
  return Math.min(
    ...stages.map(({ outOfOrderness, allowedLateness }) => (outOfOrderness + allowedLateness) / 2),
  );
}

/** Whether events are what a chain of filter stages begins with or goes through. */
const comesFrom = (from: StageInput, what: StageInput): boolean =>
  (from.kind === what.kind && from.name === what.name) ||
  (from.kind === 'filter' && comesFrom(from.from, what));
