import type { Condition } from './condition.ts';
import type { EventType, NumericField } from './event-type.ts';
import type { Expression } from './expression.ts';
import { type StageInput, typeOfInput } from './stage-input.ts';

/** What a user's function may know of an event beside its data. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** Event time, epoch milliseconds. */
  readonly time: number;
  /** The partition key. */
  readonly key: string;
}

/** Tells which events pass. The same event must always get the same answer: a batch may be processed again. */
export type Predicate<T = Record<string, unknown>> = (data: T, event: EventAttributes) => boolean;

/** Makes new data of an event's, always the same of the same: a batch may be processed again. */
export type Mapper<T = Record<string, unknown>, O = unknown> = (data: T, event: EventAttributes) => O;

/**
 * New data as plain data: name of the new field -> the field that is copied, or a number, or arithmetic over numeric fields. What is
 * missing stays missing; arithmetic with something missing is null.
 */
export type Projection<F extends string = string, N extends string = string> = Readonly<
  Record<string, F | Expression<N>>
>;

/** How each output stream's records are made up. */
export type RecordFormat = 'events' | 'packed';

/** A stage that lets some events of its input pass, as they are or with new data, into a stream of its own. */
export interface FilterStage<O = Record<string, unknown>> {
  readonly kind: 'filter';
  /** Unique in the whole application: it names the function and the output stream. */
  readonly name: string;
  readonly description: string;
  readonly from: StageInput;
  /** The type of the events in the input. */
  readonly input: EventType;
  /** Which events pass; absent: all. */
  readonly where: Condition | Predicate | undefined;
  /** What their data becomes; absent: it stays as it is. */
  readonly map: Projection | Mapper | undefined;
  /** The type of the events that come out: that of the input, or what `map` makes. */
  readonly output: EventType;
  /** One CloudEvents event per record, for anyone to read, or as many as fit, which costs Millrace's own consumers less. */
  readonly records: RecordFormat;
  /** Never set: tells the compiler what a stage that reads this one finds in the data. */
  readonly data?: O;
}

/** The options of {@link filterStage} without a mapping. */
export interface FilterStageOptions<T> {
  readonly description: string;
  readonly from: StageInput<T>;
  readonly where?:
    | Condition<NoInfer<NumericField<T>>, NoInfer<keyof T & string>>
    | Predicate<NoInfer<T>>
    | undefined;
  readonly records?: RecordFormat;
}

/** The options of {@link filterStage} with a mapping; fields of both types are checked by the compiler. */
export interface MapStageOptions<T, O> extends FilterStageOptions<T> {
  /** The type of what comes out. Its data is checked against the schema; event id, source, time and partition key stay. */
  readonly to: EventType<O>;
  readonly map:
    | {
        readonly [P in keyof NoInfer<O>]: NoInfer<keyof T & string> | Expression<NoInfer<NumericField<T>>>;
      }
    | Mapper<NoInfer<T>, NoInfer<O>>;
}

/**
 * Declares a filter stage. Its events keep their id, source, time and partition key, so that whoever reads them counts each once
 * and finds those of one key in order.
 */
export function filterStage<T, O>(name: string, options: MapStageOptions<T, O>): FilterStage<O>;
export function filterStage<T>(name: string, options: FilterStageOptions<T>): FilterStage<T>;
export function filterStage<T, O>(
  name: string,
  options: FilterStageOptions<T> & Partial<Pick<MapStageOptions<T, O>, 'to' | 'map'>>,
): FilterStage<T | O> {
  const from = options.from as StageInput;
  const input = typeOfInput(from);
  return {
    kind: 'filter',
    name,
    description: options.description,
    from,
    input,
    where: options.where as FilterStage['where'],
    map: options.map as FilterStage['map'],
    output: (options.to as EventType | undefined) ?? input,
    records: options.records ?? 'events',
  };
}
