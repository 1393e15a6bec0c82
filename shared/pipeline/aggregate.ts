import type { Arithmetic, Expression } from './expression.ts';
import type { UserAggregate } from './user-aggregate.ts';

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

/** Whether the values are all there are, or a sample of more: divide by their number n, or by n - 1. */
export type Basis = 'population' | 'sample';

/** How far values lie from their mean. */
export interface Spread<F extends string = string> {
  readonly kind: 'variance' | 'stddev';
  readonly of: Expression<F>;
  readonly basis: Basis;
}

/** How two expressions vary together, over the events in which both are present. */
export interface Joint<F extends string = string> {
  readonly kind: 'covariance' | 'correlation';
  readonly of: Expression<F>;
  readonly with: Expression<F>;
  readonly basis: Basis;
}

/** A field of numbers, texts or truth values, or arithmetic over numbers. */
export type ScalarExpression<F extends string = string, S extends string = string> = S | Arithmetic<F>;

/** The value of the earliest or the latest event. */
export interface Edge<F extends string = string, S extends string = string> {
  readonly kind: 'first' | 'last';
  readonly of: ScalarExpression<F, S>;
}

/** How many different values there were. */
export interface Distinct<F extends string = string, S extends string = string> {
  readonly kind: 'distinct';
  readonly of: ScalarExpression<F, S>;
  readonly precision: number;
}

/** The value below which a part of the values lies. */
export interface Quantile<F extends string = string> {
  readonly kind: 'quantile';
  readonly of: Expression<F>;
  readonly q: number;
  readonly accuracy: number;
}

/** Several quantiles of one expression. */
export interface Quantiles<F extends string = string> {
  readonly kind: 'quantiles';
  readonly of: Expression<F>;
  readonly qs: readonly number[];
  readonly accuracy: number;
}

/** The labels of the greatest weight, or that occur most often. */
export interface TopK<F extends string = string, S extends string = string> {
  readonly kind: 'top-k';
  readonly label: S;
  readonly k: number;
  readonly by?: Expression<F> | undefined;
  readonly capacity: number;
}

/** The line of least squares through an expression over event time. */
export interface Trend<F extends string = string> {
  readonly kind: 'trend';
  readonly of: Expression<F>;
  /** The unit of time of the slope, in milliseconds. */
  readonly per: number;
}

/** How many values lie between declared boundaries. */
export interface Histogram<F extends string = string> {
  readonly kind: 'histogram';
  readonly of: Expression<F>;
  readonly boundaries: readonly number[];
}

/**
 * What a window stage computes per key and window: plain data, except for user-defined aggregates.
 *
 * @typeParam F - names of the fields that hold numbers
 * @typeParam S - names of the fields that hold numbers, texts or truth values
 */
export type Aggregate<F extends string = string, S extends string = string> =
  | Count<F>
  | Fold<F>
  | Ratio<F>
  | Share<F>
  | Spread<F>
  | Joint<F>
  | Edge<F, S>
  | Distinct<F, S>
  | Quantile<F>
  | Quantiles<F>
  | TopK<F, S>
  | Trend<F>
  | Histogram<F>
  | UserAggregate<S>;
