/**
 * Arithmetic over the numeric fields `F` of an event, as plain data: the same expression is compiled into the
 * window function and into SQL. A field that is missing or null makes the whole expression missing.
 */
export type Expression<F extends string = string> =
  | F
  | number
  | { readonly op: '+' | '-' | '*' | '/'; readonly left: Expression<F>; readonly right: Expression<F> };

/** Counts events, or, with `of`, the events in which the expression is present. */
export interface Count<F extends string = string> {
  readonly kind: 'count';
  readonly of?: Expression<F>;
}

/** A fold of one expression over the events of a window. */
export interface Fold<F extends string = string> {
  readonly kind: 'sum' | 'min' | 'max' | 'mean';
  readonly of: Expression<F>;
}

/** One sum or count divided by another, null where the divisor is zero. */
export interface Ratio<F extends string = string> {
  readonly kind: 'ratio';
  readonly numerator: Count<F> | Fold<F>;
  readonly denominator: Count<F> | Fold<F>;
}

/** A key's sum divided by the window's sum over all keys: null where that is zero. */
export interface Share<F extends string = string> {
  readonly kind: 'share';
  readonly of: Expression<F>;
}

/** What a window stage computes per key and window, as plain data. */
export type Aggregate<F extends string = string> = Count<F> | Fold<F> | Ratio<F> | Share<F>;

const binary =
  (op: '+' | '-' | '*' | '/') =>
  <A extends Expression, B extends Expression>(left: A, right: B) =>
    ({ op, left, right }) as { readonly op: typeof op; readonly left: A; readonly right: B };

/** The sum of two expressions within one event. */
export const plus = binary('+');
/** The difference of two expressions within one event. */
export const minus = binary('-');
/** The product of two expressions within one event. */
export const times = binary('*');
/** The quotient of two expressions within one event. */
export const over = binary('/');

/** Number of events; with an expression, of those in which it is present (neither missing nor null). */
export function count(): Count<never>;
export function count<const F extends string>(of: Expression<F>): Count<F>;
export function count(of?: Expression): Count {
  return of === undefined ? { kind: 'count' } : { kind: 'count', of };
}

const fold =
  <K extends Fold['kind']>(kind: K) =>
  <const F extends string>(of: Expression<F>): Fold<F> & { readonly kind: K } => ({ kind, of });

/** Sum over the window: exact for whole numbers up to 2^53, correctly rounded for others. */
export const sum = fold('sum');
/** Smallest value, null where there was none. */
export const min = fold('min');
/** Largest value, null where there was none. */
export const max = fold('max');
/** Arithmetic mean, null where there was no value. */
export const mean = fold('mean');

/** `numerator / denominator`, each a sum or a count over the same window; null where the divisor is zero. */
export const ratio = <const N extends string, const D extends string>(
  numerator: Count<N> | Fold<N>,
  denominator: Count<D> | Fold<D>,
): Ratio<N | D> => ({ kind: 'ratio', numerator, denominator });

/** The key's part of the window's total over all keys, between 0 and 1. */
export const share = <const F extends string>(of: Expression<F>): Share<F> => ({ kind: 'share', of });
