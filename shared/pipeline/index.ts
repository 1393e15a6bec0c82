export * from './aggregate.ts';
export { type Duration, durationMs, formatDuration } from './duration.ts';
export { type EventType, eventType, type KeyField, type NumericField } from './event-type.ts';
export { type FieldKind, fieldOf, type JsonSchema, jsonSchemaOf } from './fields.ts';
export { type Pipeline, pipeline, windowStages } from './pipeline.ts';
export { spanOf } from './span.ts';
export { type Stage, type WindowStage, windowStage } from './stage.ts';
export { assertDistinct, fieldsOf, PipelineError } from './validate.ts';
export { type Tumbling, tumbling, type WindowSpec } from './window-spec.ts';
