import type { AlertStage } from './alert-stage.ts';
import type { EventType } from './event-type.ts';
import type { FilterStage } from './filter-stage.ts';
import type { Stage, WindowStage } from './stage.ts';
import { assertValid } from './validate.ts';

/** Event types, the stages that process them and the streams between them: plain data. */
export interface Pipeline {
  readonly name: string;
  readonly description: string;
  readonly types: readonly EventType[];
  readonly stages: readonly Stage[];
  /** Number of lanes of its streams, a power of two: the upper bound of useful shards. */
  readonly lanes: number;
}

/** The options of {@link pipeline}. */
export interface PipelineOptions {
  readonly description: string;
  // biome-ignore lint/suspicious/noExplicitAny: a list of event types of different schemas; each is used only as data
  readonly types: readonly EventType<any>[];
  readonly stages: readonly Stage[];
  readonly lanes?: number;
}

/**
 * Declares and validates a pipeline.
 *
 * @throws PipelineError naming every stage or type that is wrong, and its fix
 */
export function pipeline(name: string, options: PipelineOptions): Pipeline {
  const declared: Pipeline = {
    name,
    description: options.description,
    types: options.types,
    stages: options.stages,
    lanes: options.lanes ?? 16,
  };
  assertValid(declared);
  return declared;
}

/** The window stages of a pipeline, in order of declaration. */
export const windowStages = (declared: Pipeline): readonly WindowStage[] =>
  declared.stages.filter((stage) => stage.kind === 'window');

/** The filter stages of a pipeline, in order of declaration. */
export const filterStages = (declared: Pipeline): readonly FilterStage[] =>
  declared.stages.filter((stage) => stage.kind === 'filter');

/** The alert stages of a pipeline, in order of declaration. */
export const alertStages = (declared: Pipeline): readonly AlertStage[] =>
  declared.stages.filter((stage) => stage.kind === 'alert');
