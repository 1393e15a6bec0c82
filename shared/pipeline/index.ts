export type * from './aggregate.ts';
export * from './aggregates.ts';
export { type AlertStage, type AlertStageOptions, alertStage, type Wording } from './alert-stage.ts';
export * from './condition.ts';
export { type Duration, durationMs, formatDuration } from './duration.ts';
export {
  describeEmission,
  type Early,
  type Emission,
  early,
  type Final,
  final,
  type OnTime,
  onTime,
} from './emission.ts';
export {
  type EventType,
  eventType,
  type KeyField,
  type NumericField,
  type ScalarField,
} from './event-type.ts';
export { type Arithmetic, type Expression, fieldsIn, minus, over, plus, times } from './expression.ts';
export { type FieldKind, fieldOf, type JsonSchema, jsonSchemaOf } from './fields.ts';
export {
  type EventAttributes,
  type FilterStage,
  type FilterStageOptions,
  filterStage,
  type Mapper,
  type MapStageOptions,
  type Predicate,
  type Projection,
  type RecordFormat,
} from './filter-stage.ts';
export { EACH, type PersonalField, type PersonalHandling, personal, personalFields } from './personal.ts';
export { alertStages, filterStages, type Pipeline, pipeline, windowStages } from './pipeline.ts';
export { resultFields, resultKeyField } from './result-fields.ts';
export type { ResultData, ValueOf } from './result-type.ts';
export { spanOf } from './span.ts';
export { type AllKeys, allKeys, type Stage, type WindowStage, windowStage } from './stage.ts';
export { filtersBefore, originOf, type StageInput, typeOfInput } from './stage-input.ts';
export {
  jsonPartials,
  type UserAggregate,
  type UserAggregateOptions,
  type UserFunctions,
  type UserValue,
  userAggregate,
} from './user-aggregate.ts';
export { assertDistinct, PipelineError } from './validate.ts';
export { fieldsOf } from './validate-aggregate.ts';
export * from './window-spec.ts';
export { describeWindow, longestDelay, longestWindow, sliceLength, windowPace } from './window-times.ts';
