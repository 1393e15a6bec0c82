import type { Aggregate } from './aggregate.ts';
import type { AlertStage } from './alert-stage.ts';
import { type Duration, durationMs } from './duration.ts';
import { type Emission, onTime } from './emission.ts';
import type { EventType, KeyField, NumericField } from './event-type.ts';
import type { WindowSpec } from './window-spec.ts';

/** In place of a key: all events form one group. */
export interface AllKeys {
  readonly kind: 'all';
}

/** Groups all events of a stage together, such as for a ranking over all devices; the key of its results is `all`. */
export const allKeys = (): AllKeys => ({ kind: 'all' });

/** A stage that folds the events of one type per key and window, and emits one result per key when the window fires. */
export interface WindowStage {
  readonly kind: 'window';
  /** Unique in the whole application: it names the function, the state and the results' path. */
  readonly name: string;
  readonly description: string;
  /** The event type that the stage reads. */
  readonly from: EventType;
  /** Field of the event's data by whose value events are grouped, or one group for all. */
  readonly key: string | AllKeys;
  readonly window: WindowSpec;
  /** How far behind the highest event time seen an event may be and still count as in time, in milliseconds. */
  readonly outOfOrderness: number;
  /** How long after its end a window still takes late events and revises its results, in milliseconds. */
  readonly allowedLateness: number;
  /** When it emits what it has. */
  readonly emit: Emission;
  /** What is computed: name of the value -> aggregate. */
  readonly values: Readonly<Record<string, Aggregate>>;
  /** Whether the results are also kept in the results table, where the query API finds them. */
  readonly materialize: boolean;
}

/** One step of a pipeline. */
export type Stage = WindowStage | AlertStage;

/** The options of {@link windowStage}; fields are those of the event type's schema, checked by the compiler. */
export interface WindowStageOptions<T> {
  readonly description: string;
  readonly from: EventType<T>;
  readonly key: KeyField<T> | AllKeys;
  readonly window: WindowSpec;
  readonly outOfOrderness: Duration;
  readonly allowedLateness: Duration;
  /** `onTime()` where it is left out. */
  readonly emit?: Emission;
  readonly values: Readonly<Record<string, Aggregate<NoInfer<NumericField<T>>>>>;
  readonly materialize?: boolean;
}

/** Declares a window stage over an event type. */
export function windowStage<T>(name: string, options: WindowStageOptions<T>): WindowStage {
  return {
    kind: 'window',
    name,
    description: options.description,
    from: options.from as EventType,
    key: options.key,
    window: options.window,
    outOfOrderness: durationMs(options.outOfOrderness),
    allowedLateness: durationMs(options.allowedLateness),
    emit: options.emit ?? onTime(),
    values: options.values,
    materialize: options.materialize ?? true,
  };
}
