import type { Quantile, Quantiles, TopK } from '../pipeline/index.ts';
import type { ResultValue } from '../windows/types.ts';
import type { Verdict } from './aggregates-sql.ts';
import { isWithin, sumOf } from './tolerance.ts';

const RANK: Readonly<Record<string, number>> = { boolean: 0, number: 1, string: 2 };

/** Truth values before numbers before texts, those in the order of their UTF-16 code units: docs/aggregates.md, `first` and `last`. */
function order(a: unknown, b: unknown): number {
  const rank = (RANK[typeof a] ?? 0) - (RANK[typeof b] ?? 0);
  if (rank !== 0) return rank;
  return (a as string) < (b as string) ? -1 : a === b ? 0 : 1;
}

/**
 * The value of the first or last event, of all that lie at that time.
 *
 * @param values - numbers, or scalars as JSON
 * @param sign - below 0 for the least, above for the greatest
 */
export function pickEdge(values: unknown, sign: -1 | 1): ResultValue {
  if (!Array.isArray(values) || values.length === 0) return null;
  const own = values.map((value): unknown => (typeof value === 'string' ? JSON.parse(value) : value));
  return own.reduce((best, value) => (order(value, best) * sign > 0 ? value : best)) as ResultValue;
}

/** @param values - at the ranks of the quantiles; undefined where there was none */
export function compareQuantiles(
  aggregate: Quantile | Quantiles,
  values: readonly number[] | undefined,
  emitted: ResultValue | undefined,
): Verdict {
  if (values === undefined) return { equal: emitted === null, expected: null };
  const near = (value: number, got: unknown): boolean =>
    // The last digits of the bound itself are rounded, too.
    isWithin(got, { value, slack: aggregate.accuracy * Math.abs(value) * (1 + 1e-9) });
  if (aggregate.kind === 'quantile') {
    const [value = Number.NaN] = values;
    return { equal: near(value, emitted), expected: value };
  }
  const names = aggregate.qs.map((q) => `p${Number((q * 100).toPrecision(12))}`);
  const own = (emitted ?? {}) as Readonly<Record<string, ResultValue>>;
  return {
    equal: names.every((name, index) => near(values[index] ?? Number.NaN, own[name])),
    expected: Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])),
  };
}

/** The labels that may be among the heaviest, heaviest first, and what there was in all. */
export interface Ranking {
  readonly labels: readonly string[];
  readonly weights: readonly number[];
  /** Number of labels. */
  readonly count: number;
  /** Sum of the absolute weights. */
  readonly size: number;
  /** Number of events with a label. */
  readonly events: number;
  /** Whether all weights are whole. */
  readonly whole: boolean;
}

/**
 * Up to the capacity a ranking is exact. Beyond it the true weight of a label lies between what is emitted and that and the emitted
 * error, which is at most 2 / capacity of the whole weight.
 */
export function compareRanking(
  { k, capacity }: TopK,
  { labels, weights, count, size, events, whole }: Ranking,
  emitted: ResultValue | undefined,
): Verdict {
  if (count === 0) return { equal: emitted === null, expected: null };
  const expected = labels.slice(0, k).map((label, index) => ({ label, weight: weights[index] ?? null }));
  if (!Array.isArray(emitted)) return { equal: false, expected };
  const got = emitted as readonly {
    readonly label: string;
    readonly weight: number;
    readonly error: number;
  }[];
  const { slack } = sumOf(0, size, events, whole);
  const true_ = new Map(labels.map((label, index) => [label, weights[index] ?? 0]));
  const bound = count > capacity ? (2 / capacity) * size : 0;
  const sound = got.every(({ label, weight, error }) => {
    const value = true_.get(label);
    return (
      value !== undefined &&
      error >= 0 &&
      error <= bound + slack &&
      value >= weight - slack &&
      value <= weight + error + slack
    );
  });
  const descending = got.every(
    ({ weight }, index) => index === 0 || weight <= (got[index - 1]?.weight ?? weight),
  );
  const distinct = new Set(got.map(({ label }) => label)).size === got.length;
  // Of those that weigh clearly more than the lightest of the emitted ones, none may be missing.
  const lightest = Math.min(...got.map(({ weight, error }) => weight + error));
  const shown = new Set(got.map(({ label }) => label));
  const complete =
    got.length === Math.min(k, count) || count > capacity
      ? labels.every((label, index) => shown.has(label) || (weights[index] ?? 0) <= lightest + bound + slack)
      : false;
  return { equal: sound && descending && distinct && complete, expected };
}

/** @param counts - of the parts between the boundaries, one more than there are boundaries */
export function compareHistogram(
  boundaries: readonly number[],
  counts: readonly number[],
  emitted: ResultValue | undefined,
): Verdict {
  if (counts.every((count) => count === 0)) return { equal: emitted === null, expected: null };
  const expected = counts.map((count, index) => ({
    from: boundaries[index - 1] ?? null,
    to: boundaries[index] ?? null,
    count,
  }));
  return { equal: isSame(expected, emitted), expected };
}

/** Whether two values of results are the same, whatever the order of members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [own, other] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
  return (
    own.length === Object.keys(other).length &&
    own.every(([name, value]) => Object.hasOwn(other, name) && isSame(value, other[name]))
  );
}
