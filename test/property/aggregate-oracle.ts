import { type Aggregate, type Expression, fieldOf, type WindowStage } from '../../shared/pipeline/index.ts';
import type { ResultValue } from '../../shared/windows/types.ts';
import { isWhole, nearest, type OracleEvent, operandIn, unitsOf } from './window-oracle.ts';

/**
 * Statistics the slow way, sharing no code with shared/windows: fractions of whole numbers over all events of a key. Quotients are
 * rounded by the parser of decimal numbers.
 */

export interface TimedEvent extends OracleEvent {
  readonly time: number;
}

/** In units of 2^-1074. */
const UNIT = 1n << 1074n;
const DIGITS = 1200;

/** The double nearest to a fraction, null where it has none. */
export function nearestFraction(numerator: bigint, denominator: bigint): number | null {
  if (denominator === 0n) return null;
  const negative = numerator < 0n !== denominator < 0n;
  const [n, d] = [numerator < 0n ? -numerator : numerator, denominator < 0n ? -denominator : denominator];
  const scaled = (n * 10n ** BigInt(DIGITS)) / d;
  const sticky = scaled * d === n * 10n ** BigInt(DIGITS) ? '0' : '1';
  const value = Number(`${negative ? '-' : ''}${scaled}${sticky}e-${DIGITS + 1}`);
  return Number.isFinite(value) ? value + 0 : null;
}

const sumOf = (terms: readonly bigint[]): bigint => terms.reduce((sum, term) => sum + term, 0n);

/** `n sum(xy) - sum(x) sum(y)`. */
const scatter = (xs: readonly bigint[], ys: readonly bigint[]): bigint =>
  BigInt(xs.length) * sumOf(xs.map((x, index) => x * (ys[index] as bigint))) - sumOf(xs) * sumOf(ys);

export function aggregateOracle(
  aggregate: Aggregate,
  events: readonly TimedEvent[],
  stage: WindowStage,
  start: number,
): ResultValue {
  const operand = (of: Expression, { data }: OracleEvent) => operandIn(of, data, isWhole(of, stage));
  const unitsIn = (of: Expression) => events.flatMap((event) => operand(of, event)?.units ?? []);
  const doublesIn = (of: Expression) => events.flatMap((event) => operand(of, event)?.double ?? []);
  const divisor = (n: number, basis: string) =>
    BigInt(n) * BigInt(basis === 'sample' ? n - 1 : n) * UNIT * UNIT;
  switch (aggregate.kind) {
    case 'variance':
    case 'stddev': {
      const xs = unitsIn(aggregate.of);
      if (xs.length === 0) return null;
      const variance = nearestFraction(scatter(xs, xs), divisor(xs.length, aggregate.basis));
      return variance === null || aggregate.kind === 'variance' ? variance : Math.sqrt(variance);
    }
    case 'covariance':
    case 'correlation': {
      const pairs = events.flatMap((event) => {
        const [x, y] = [operand(aggregate.of, event), operand(aggregate.with, event)];
        return x === undefined || y === undefined ? [] : [[x.units, y.units] as const];
      });
      if (pairs.length === 0) return null;
      const [xs, ys] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      const both = scatter(xs, ys);
      if (aggregate.kind === 'covariance') return nearestFraction(both, divisor(xs.length, aggregate.basis));
      const square = nearestFraction(both * both, scatter(xs, xs) * scatter(ys, ys));
      return square === null ? null : (both < 0n ? -1 : 1) * Math.sqrt(square) + 0;
    }
    case 'trend': {
      const pairs = events.flatMap((event) => {
        const x = operand(aggregate.of, event);
        return x === undefined ? [] : [[x.units, BigInt(event.time - start) * UNIT] as const];
      });
      const [xs, ts] = [pairs.map(([x]) => x), pairs.map(([, t]) => t)];
      const run = scatter(ts, ts);
      if (run === 0n) return null;
      const rise = scatter(xs, ts);
      // Time counts from the window's start here, so the intercept is the line's value at zero.
      return {
        slope: nearestFraction(rise * BigInt(aggregate.per), run),
        intercept: nearestFraction(sumOf(xs) * run - rise * sumOf(ts), BigInt(xs.length) * run * UNIT),
      };
    }
    case 'first':
    case 'last':
      return edge(aggregate.kind, aggregate.of);
    case 'distinct':
      return new Set(scalars(aggregate.of).map(({ value }) => `${typeof value} ${value}`)).size;
    case 'top-k': {
      const weights = new Map<string, bigint>();
      for (const event of events) {
        const [label] = scalars(aggregate.label, [event]);
        const weight = aggregate.by === undefined ? unitsOf(1) : operand(aggregate.by, event)?.units;
        if (label === undefined || weight === undefined) continue;
        const name = String(label.value);
        weights.set(name, (weights.get(name) ?? 0n) + weight);
      }
      if (weights.size === 0) return null;
      return [...weights]
        .map(([label, units]) => ({ label, weight: nearest(units) + 0, error: 0 }))
        .sort((a, b) => b.weight - a.weight || (a.label < b.label ? -1 : 1))
        .slice(0, aggregate.k);
    }
    case 'histogram': {
      const xs = doublesIn(aggregate.of);
      if (xs.length === 0) return null;
      const bounds = [null, ...aggregate.boundaries, null];
      return bounds.slice(1).map((to, index) => {
        const from = bounds[index] ?? null;
        const inside = xs.filter((x) => (from === null || x >= from) && (to === null || x < to));
        return { from, to, count: inside.length };
      });
    }
    case 'user': {
      const labels = new Set(
        events.flatMap(({ data }) => (typeof data.label === 'string' ? [data.label] : [])),
      );
      return [...labels].sort();
    }
    default:
      throw new Error(`${aggregate.kind} has another oracle`);
  }

  function scalars(of: Expression, from: readonly TimedEvent[] = events) {
    const numeric =
      typeof of !== 'string' ||
      fieldOf(stage.input, of)?.types.every((type) => type === 'number' || type === 'integer');
    return from.flatMap((event) => {
      const value = numeric ? operand(of, event)?.double : event.data[of as string];
      if (value === undefined || value === null) return [];
      return [{ time: event.time, value: (value === 0 ? 0 : value) as string | number | boolean }];
    });
  }

  function edge(kind: 'first' | 'last', of: Expression): ResultValue {
    const sign = kind === 'first' ? 1 : -1;
    const rank = (value: unknown) => ['boolean', 'number', 'string'].indexOf(typeof value);
    const [found] = scalars(of).sort(
      (a, b) =>
        sign *
        (a.time - b.time ||
          rank(a.value) - rank(b.value) ||
          (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)),
    );
    return found === undefined || found.value === Number.POSITIVE_INFINITY ? null : found.value;
  }
}
