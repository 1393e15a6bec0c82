import type { Expression } from './expression.ts';

/** A value that a field can be compared with for equality. */
export type Scalar = string | number | boolean;

/** Compares a numeric field, or arithmetic over numeric fields, with a limit. */
export interface Comparison<N extends string = string> {
  readonly kind: 'compare';
  readonly of: Expression<N>;
  readonly op: '>' | '>=' | '<' | '<=';
  readonly limit: number;
}

/** Whether a field holds one of some values. */
export interface Membership<F extends string = string> {
  readonly kind: 'oneOf';
  readonly field: F;
  readonly values: readonly Scalar[];
}

/** Whether a field is neither missing nor null. */
export interface Presence<F extends string = string> {
  readonly kind: 'isPresent';
  readonly field: F;
}

/** Several conditions as one. */
export interface Combination<N extends string = string, F extends string = string> {
  readonly kind: 'allOf' | 'anyOf';
  readonly of: readonly Condition<N, F>[];
}

/** The opposite of a condition. */
export interface Negation<N extends string = string, F extends string = string> {
  readonly kind: 'not';
  readonly of: Condition<N, F>;
}

/**
 * What an event must be like, as plain data: it can be checked when the pipeline is declared, put into words and turned into
 * SQL. There are two truth values, not SQL's three: a comparison of a field that is missing or null is false, and `not` of it
 * is true. In SQL, `above('x', 1)` is `coalesce(x > 1, false)`.
 *
 * @typeParam N - names of the fields that hold numbers
 * @typeParam F - names of all fields
 */
export type Condition<N extends string = string, F extends string = string> =
  | Comparison<N>
  | Membership<F>
  | Presence<F>
  | Combination<N, F>
  | Negation<N, F>;

const comparison =
  (op: Comparison['op']) =>
  <const N extends string>(of: Expression<N>, limit: number): Comparison<N> => ({
    kind: 'compare',
    of,
    op,
    limit,
  });

/** Greater than a limit; false where the value is missing or null. */
export const above = comparison('>');
/** Greater than a limit or equal to it; false where the value is missing or null. */
export const atLeast = comparison('>=');
/** Less than a limit; false where the value is missing or null. */
export const below = comparison('<');
/** Less than a limit or equal to it; false where the value is missing or null. */
export const atMost = comparison('<=');

/** Whether a field holds exactly this value. */
export const equals = <const F extends string>(field: F, value: Scalar): Membership<F> => oneOf(field, value);

/** Whether a field holds one of these values. */
export const oneOf = <const F extends string>(field: F, ...values: readonly Scalar[]): Membership<F> => ({
  kind: 'oneOf',
  field,
  values,
});

/** Whether a field is there and not null. */
export const isPresent = <const F extends string>(field: F): Presence<F> => ({ kind: 'isPresent', field });

/** The numeric fields that a condition names. */
type Numbers<C> =
  C extends Comparison<infer N>
    ? N
    : C extends Combination<infer N, string> | Negation<infer N, string>
      ? N
      : never;

/** The fields of any kind that a condition names. */
type Fields<C> = C extends Membership<infer F> | Presence<infer F>
  ? F
  : C extends Combination<string, infer F> | Negation<string, infer F>
    ? F
    : never;

/** All of these conditions at once. */
export const allOf = <const C extends readonly Condition[]>(
  ...of: C
): Combination<Numbers<C[number]>, Fields<C[number]>> =>
  ({ kind: 'allOf', of }) as Combination as Combination<Numbers<C[number]>, Fields<C[number]>>;

/** At least one of these conditions. */
export const anyOf = <const C extends readonly Condition[]>(
  ...of: C
): Combination<Numbers<C[number]>, Fields<C[number]>> =>
  ({ kind: 'anyOf', of }) as Combination as Combination<Numbers<C[number]>, Fields<C[number]>>;

/** The opposite: true also where a comparison is false because there is nothing to compare. */
export const not = <const C extends Condition>(of: C): Negation<Numbers<C>, Fields<C>> =>
  ({ kind: 'not', of }) as Negation as Negation<Numbers<C>, Fields<C>>;
