import type { EventType } from './event-type.ts';
import type { FilterStage } from './filter-stage.ts';
import type { WindowStage } from './stage.ts';

/**
 * What a stage may read: events as producers send them, those that a filter stage let pass, or the final results of a window
 * stage.
 *
 * @typeParam T - the data of what is read
 */
export type StageInput<T = Record<string, unknown>> = EventType<T> | FilterStage<T> | WindowStage<T>;

/** The type of the events that a stage finds in its input. */
export const typeOfInput = (from: StageInput): EventType => (from.kind === 'type' ? from : from.output);

/** The filter stages that events pass on their way to a stage, the last one first. */
export function filtersBefore(from: StageInput): FilterStage[] {
  return from.kind === 'filter' ? [from, ...filtersBefore(from.from)] : [];
}

/** What a stage reads in the end: beyond all filter stages. */
export const originOf = (from: StageInput): Exclude<StageInput, FilterStage> =>
  from.kind === 'filter' ? originOf(from.from) : from;
