/**
 * An aggregate whose partial is an object and not a few numbers: a commutative monoid under `merge` with `create()` as the neutral element.
 *
 * @typeParam P - partials
 * @typeParam V - values of events
 */
export interface Sketch<P = unknown, V = unknown> {
  /** Beyond some size the merged form depends on the order of merging: then only a fixed order gives the same bytes. */
  readonly ordered?: true;
  create(): P;
  /**
   * Adds one event's value; may change the partial and return it.
   *
   * @param weight - what the value weighs, 1 where nothing is declared
   * @param time - event time, epoch milliseconds
   */
  add(partial: P, value: V, weight: number, time: number): P;
  /** May change the first partial and return it, never the second. */
  merge(into: P, from: P): P;
  encode(partial: P): Uint8Array;
  /** @throws DeltaFormatError when the bytes are not a partial */
  decode(bytes: Uint8Array): P;
}

/** A value of an event that need not be a number. */
export type ScalarValue = string | number | boolean;
