/**
 * How to aggregate, as every aggregate of Millrace does it: partials of type `P` form a commutative monoid under `merge`, with `create()` as
 * the neutral element, so that events may be split over batches and shards and merged in any order.
 */
export interface UserFunctions<P, V, S extends string = string> {
  /** A partial of no events. */
  create(): P;
  /**
   * The partial with one event more. Must return a new partial and leave the given one as it is: when another aggregate of the stage
   * fails, the event is not added at all. Fields that the event lacks are absent or null.
   *
   * @param time - event time, epoch milliseconds
   */
  add(partial: P, data: Readonly<Partial<Record<S, unknown>>>, time: number): P;
  /** The partial of the events of both; may change the first one and return it, never the second. */
  merge(into: P, from: P): P;
  /** The value that the results show; null where there is none. */
  result(partial: P): V;
  /** A partial as bytes, as few as possible: they are stored with every commit. */
  encode(partial: P): Uint8Array;
  decode(bytes: Uint8Array): P;
}

/** What a result may hold. */
export type UserValue =
  | number
  | string
  | boolean
  | null
  | readonly UserValue[]
  | { readonly [name: string]: UserValue };

/** An aggregate that a pipeline defines itself. */
export interface UserAggregate<S extends string = string> {
  readonly kind: 'user';
  readonly name: string;
  /** To be raised when partials of before cannot be read any more: a stage's open windows are refused then, by name. */
  readonly version: number;
  /** The fields that it reads. */
  readonly fields: readonly S[];
  readonly description: string;
  readonly functions: UserFunctions<unknown, UserValue>;
}

/** The options of {@link userAggregate}. */
export interface UserAggregateOptions<P, S extends string> extends UserFunctions<P, UserValue, S> {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly S[];
  readonly version?: number;
}

/**
 * Declares an aggregate of one's own. Where one of its functions throws, nothing else suffers: from `add`, the event is set aside with
 * the reason; from any other, the value of that key becomes `{"error": ...}`.
 */
export function userAggregate<P, const S extends string>(
  options: UserAggregateOptions<P, S>,
): UserAggregate<S> {
  const { name, description, fields, version = 1 } = options;
  return {
    kind: 'user',
    name,
    version,
    fields,
    description,
    // Partials go nowhere but from one of these functions to another.
    functions: options as unknown as UserFunctions<unknown, UserValue>,
  };
}

/** `encode` and `decode` of partials that are JSON values. */
export const jsonPartials = <P>(): Pick<UserFunctions<P, UserValue>, 'encode' | 'decode'> => ({
  encode: (partial) => new TextEncoder().encode(JSON.stringify(partial)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as P,
});
