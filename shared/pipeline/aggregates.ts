import type {
  Basis,
  Count,
  Distinct,
  Edge,
  Fold,
  Histogram,
  Joint,
  Quantile,
  Quantiles,
  Ratio,
  Share,
  Spread,
  TopK,
  Trend,
} from './aggregate.ts';
import { type Duration, durationMs } from './duration.ts';
import type { Arithmetic, Expression } from './expression.ts';

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

/** Options of {@link variance}, {@link stddev} and {@link covariance}. */
export interface BasisOptions {
  /** `'sample'` (default): divided by n - 1, null below two values. `'population'`: divided by n. */
  readonly basis?: Basis;
}

const spread =
  <K extends Spread['kind']>(kind: K) =>
  <const F extends string>(of: Expression<F>, { basis = 'sample' }: BasisOptions = {}): Spread<F> => ({
    kind,
    of,
    basis,
  });

/** Variance, correctly rounded: neither the order nor the size of the values costs a digit. */
export const variance = spread('variance');
/** Standard deviation: the square root of {@link variance}. */
export const stddev = spread('stddev');

/** Covariance over the events in which both expressions are present, correctly rounded. */
export const covariance = <const X extends string, const Y extends string>(
  x: Expression<X>,
  y: Expression<Y>,
  { basis = 'sample' }: BasisOptions = {},
): Joint<X | Y> => ({ kind: 'covariance', of: x, with: y, basis });

/**
 * Pearson's correlation, -1 to 1, over the events in which both expressions are present; null where either does not vary. Off by
 * no more than the last binary digit.
 */
export const correlation = <const X extends string, const Y extends string>(
  x: Expression<X>,
  y: Expression<Y>,
): Joint<X | Y> => ({ kind: 'correlation', of: x, with: y, basis: 'sample' });

interface EdgeOf<K extends Edge['kind']> {
  <const S extends string>(of: S): Edge<never, S> & { readonly kind: K };
  <const F extends string>(of: Arithmetic<F>): Edge<F, never> & { readonly kind: K };
}
const edge = <K extends Edge['kind']>(kind: K) =>
  ((of: Edge['of']) => ({ kind, of })) as unknown as EdgeOf<K>;

/** The value of the event with the earliest time; of several at that time the least value (texts in their code units' order). */
export const first = edge('first');
/** The value of the event with the latest time; of several at that time the greatest value. */
export const last = edge('last');

/** Options of {@link distinct}. */
export interface DistinctOptions {
  /** 2^precision registers, 4 to 16, 12 by default: the standard error is 1.04 / sqrt(2^precision), of 12 it is 1.6%. */
  readonly precision?: number;
}

/**
 * Number of different values, 0 where there was none. Up to 2^precision / 4 of them it is exact but for collisions of 25-bit hashes (a
 * chance of n^2 / 2^26), beyond that an estimate by HyperLogLog. The number 1 and the text "1" are different.
 */
export function distinct<const S extends string>(of: S, options?: DistinctOptions): Distinct<never, S>;
export function distinct<const F extends string>(
  of: Arithmetic<F>,
  options?: DistinctOptions,
): Distinct<F, never>;
export function distinct(of: Distinct['of'], { precision = 12 }: DistinctOptions = {}): Distinct {
  return { kind: 'distinct', of, precision };
}

/** Options of {@link quantile} and {@link quantiles}. */
export interface QuantileOptions {
  /** How far a quantile may be off, relative to itself; 0.01 by default. */
  readonly accuracy?: number;
}

/** The value at rank floor(q (n - 1)) of the sorted values, within the relative accuracy; null where there was none. */
export const quantile = <const F extends string>(
  of: Expression<F>,
  q: number,
  { accuracy = 0.01 }: QuantileOptions = {},
): Quantile<F> => ({ kind: 'quantile', of, q, accuracy });

/** Several {@link quantile}s as an object: `quantiles('ms', [0.5, 0.99])` gives `{"p50": ..., "p99": ...}`. */
export const quantiles = <const F extends string>(
  of: Expression<F>,
  qs: readonly number[],
  { accuracy = 0.01 }: QuantileOptions = {},
): Quantiles<F> => ({ kind: 'quantiles', of, qs, accuracy });

/** Options of {@link topK}. */
export interface TopKOptions<F extends string> {
  /** What a label weighs in one event; without it every event weighs 1. */
  readonly by?: Expression<F>;
  /** Up to how many different labels the ranking is exact; 10,000 by default. */
  readonly capacity?: number;
}

/**
 * The k labels of the greatest weight as a list of `{"label", "weight", "error"}`, heaviest first, equal ones by label; null where
 * there was none. Exact, `error` 0, up to `capacity` labels. Beyond it a label's true weight lies between `weight` and
 * `weight + error`, and `error` is at most 2 / capacity of the whole weight (weights must not be negative for this to hold).
 */
export const topK = <const S extends string, const F extends string = never>(
  label: S,
  k: number,
  { by, capacity = 10_000 }: TopKOptions<F> = {},
): TopK<F, S> => ({ kind: 'top-k', label, k, by, capacity });

/** Options of {@link trend}. */
export interface TrendOptions {
  /** The unit of time of the slope; a second by default. */
  readonly per?: Duration;
}

/**
 * The line of least squares through the values over event time as `{"slope", "intercept"}`: the change per unit of time and the
 * line's value at the window's start, both correctly rounded. Null where there are not two values at different times.
 */
export const trend = <const F extends string>(
  of: Expression<F>,
  { per = '1 second' }: TrendOptions = {},
): Trend<F> => ({ kind: 'trend', of, per: durationMs(per) });

/**
 * Number of values between ascending boundaries as a list of `{"from", "to", "count"}`; a value on a boundary belongs to the part that begins
 * there; the first part has no `from` and the last no `to` (null). Null where there was no value.
 */
export const histogram = <const F extends string>(
  of: Expression<F>,
  boundaries: readonly number[],
): Histogram<F> => ({ kind: 'histogram', of, boundaries });
