import type { Aggregate } from './aggregate.ts';
import type { AlertStage } from './alert-stage.ts';
import { type Duration, durationMs } from './duration.ts';
import { type Emission, onTime } from './emission.ts';
import type { EventType, KeyField, NumericField, ScalarField } from './event-type.ts';
import type { FilterStage } from './filter-stage.ts';
import { type ResultData, resultType } from './result-type.ts';
import { type StageInput, typeOfInput } from './stage-input.ts';
import type { WindowSpec } from './window-spec.ts';

/** In place of a key: all events form one group. */
export interface AllKeys {
  readonly kind: 'all';
}

/** Groups all events of a stage together, such as for a ranking over all devices; the key of its results is `all`. */
export const allKeys = (): AllKeys => ({ kind: 'all' });

/**
 * A stage that folds the events of one type per key and window, and emits one result per key when the window fires. Over another
 * window stage it reads the results that nothing can change any more, each once, with the last millisecond of its window as
 * event time.
 */
export interface WindowStage<R = Record<string, unknown>> {
  readonly kind: 'window';
  /** Unique in the whole application: it names the function, the state and the results' path. */
  readonly name: string;
  readonly description: string;
  readonly from: StageInput;
  /** The type of the events that the stage reads. */
  readonly input: EventType;
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
  /** Whether it counts nothing until a replay of its history has ended: see docs/lake.md. */
  readonly awaitsReplay: boolean;
  /** The type of its final results, as other stages read them. */
  readonly output: EventType;
  /** Never set: tells the compiler what a stage that reads this one finds in the data. */
  readonly data?: R;
}

/** One step of a pipeline. */
export type Stage = FilterStage | WindowStage | AlertStage;

/** The values of a stage over data of type `T`. */
type Values<T> = Readonly<Record<string, Aggregate<NumericField<T>, ScalarField<T>>>>;

/** The options of {@link windowStage}; fields are those of the event type's schema, checked by the compiler. */
export interface WindowStageOptions<T, K = KeyField<T> | AllKeys, V = Values<T>> {
  readonly description: string;
  readonly from: StageInput<T>;
  readonly key: K;
  readonly window: WindowSpec;
  readonly outOfOrderness: Duration;
  readonly allowedLateness: Duration;
  /** `onTime()` where it is left out. */
  readonly emit?: Emission;
  readonly values: V;
  readonly materialize?: boolean;
  /** For a new stage that is to know the past: it waits until `millrace replay` has taken the lake through it, and goes on from there. */
  readonly awaitsReplay?: boolean;
}

/** Declares a window stage over an event type, a filter stage's events or another window stage's final results. */
export function windowStage<
  T,
  const K extends KeyField<NoInfer<T>> | AllKeys,
  const V extends Values<NoInfer<T>>,
>(name: string, options: WindowStageOptions<T, K, V>): WindowStage<ResultData<K, V, T>> {
  const { description, key, values } = options;
  const from = options.from as StageInput;
  const input = typeOfInput(from);
  return {
    kind: 'window',
    name,
    description,
    from,
    input,
    key,
    window: options.window,
    outOfOrderness: durationMs(options.outOfOrderness),
    allowedLateness: durationMs(options.allowedLateness),
    emit: options.emit ?? onTime(),
    values,
    materialize: options.materialize ?? true,
    awaitsReplay: options.awaitsReplay ?? false,
    output: resultType(name, description, key, values, input),
  };
}
