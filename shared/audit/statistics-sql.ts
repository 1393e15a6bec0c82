import type { Expression } from '../pipeline/index.ts';
import type { AggregateSql } from './aggregate-columns.ts';
import { type Compute, orZero, type Row } from './recomputed-row.ts';
import { type Recomputed, STATISTICS } from './tolerance.ts';

/** A deviation, of a variance. */
export const rootOf = ({ value, slack }: Recomputed): Recomputed => {
  if (value === null) return { value, slack };
  const root = Math.sqrt(value);
  return { value: root, slack: root === 0 ? Math.sqrt(slack) : slack / root };
};

/** What doubles as large as these cannot tell apart, squared. */
const grain = (row: Row, low: string, high: string): number =>
  (Math.max(Math.abs(orZero(row[low])), Math.abs(orZero(row[high]))) * 2 ** -50) ** 2;

/** From values less their mean, so that a large mean costs no digits. */
export function varianceSql(sql: AggregateSql, of: Expression, less: 0 | 1): Compute {
  const x = sql.number(of);
  const d = `(${x} - ${sql.overWindow(`avg(${x})`)})`;
  const [n, s, ss] = [`count(${x})`, `sum(${d})`, `sum(${d} * ${d})`].map((one) => sql.aggregate(one)) as [
    string,
    string,
    string,
  ];
  const [low, high] = [`min(${x})`, `max(${x})`].map((one) => sql.aggregate(one)) as [string, string];
  return (row) => {
    const count = orZero(row[n]);
    if (count <= less) return { value: null, slack: 0 };
    const value =
      row[low] === row[high] ? 0 : (orZero(row[ss]) - orZero(row[s]) ** 2 / count) / (count - less);
    return { value, slack: STATISTICS * value + grain(row, low, high) };
  };
}

/** Sums over the events that have both. */
function jointSums(sql: AggregateSql, x: string, y: string) {
  const has = `${x} IS NOT NULL AND ${y} IS NOT NULL`;
  const [a, b] = [x, y].map(
    (one) => `(${one} - ${sql.overWindow(`avg(CASE WHEN ${has} THEN ${one} END)`)})`,
  ) as [string, string];
  const only = (of: string): string => sql.aggregate(`${of} FILTER (WHERE ${has})`);
  return {
    n: only('count(*)'),
    sx: only(`sum(${a})`),
    sy: only(`sum(${b})`),
    sxx: only(`sum(${a} * ${a})`),
    syy: only(`sum(${b} * ${b})`),
    sxy: only(`sum(${a} * ${b})`),
    mx: only(`avg(${x})`),
    my: only(`avg(${y})`),
    lowX: only(`min(${x})`),
    highX: only(`max(${x})`),
    lowY: only(`min(${y})`),
    highY: only(`max(${y})`),
  };
}

function centred(sums: ReturnType<typeof jointSums>, row: Row) {
  const n = orZero(row[sums.n]);
  const product = (pair: string, a: string, b: string): number =>
    n === 0 ? 0 : orZero(row[pair]) - (orZero(row[a]) * orZero(row[b])) / n;
  return {
    n,
    xx: product(sums.sxx, sums.sx, sums.sx),
    yy: product(sums.syy, sums.sy, sums.sy),
    xy: product(sums.sxy, sums.sx, sums.sy),
    grainX: grain(row, sums.lowX, sums.highX),
    grainY: grain(row, sums.lowY, sums.highY),
  };
}

/** Covariance and correlation of two expressions. */
export function jointSql(sql: AggregateSql, of: Expression, other: Expression) {
  const sums = jointSums(sql, sql.number(of), sql.number(other));
  const covariance =
    (less: 0 | 1): Compute =>
    (row) => {
      const { n, xx, yy, xy, grainX, grainY } = centred(sums, row);
      if (n <= less) return { value: null, slack: 0 };
      const spread = Math.sqrt((Math.max(xx, 0) + n * grainX) * (Math.max(yy, 0) + n * grainY));
      return { value: xy / (n - less), slack: (STATISTICS * spread) / (n - less) };
    };
  const correlation: Compute = (row) => {
    const { n, xx, yy, xy, grainX, grainY } = centred(sums, row);
    const still = row[sums.lowX] === row[sums.highX] || row[sums.lowY] === row[sums.highY];
    if (n === 0 || still) return { value: null, slack: 0 };
    return {
      value: Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))),
      slack: STATISTICS + Math.sqrt((n * grainX) / xx) + Math.sqrt((n * grainY) / yy),
    };
  };
  return { covariance, correlation };
}

/** A line through the values over time; the slope is per so many milliseconds. */
export function trendSql(sql: AggregateSql, of: Expression, per: number) {
  const x = sql.number(of);
  const sums = jointSums(sql, 'CAST(t - ws AS double)', x);
  const slopeMs = (row: Row): Recomputed => {
    const { n, xx, yy, xy, grainY } = centred(sums, row);
    if (n < 2 || row[sums.lowX] === row[sums.highX]) return { value: null, slack: 0 };
    return { value: xy / xx, slack: STATISTICS * Math.sqrt((yy + n * grainY) / xx) };
  };
  const slope: Compute = (row) => {
    const { value, slack } = slopeMs(row);
    return { value: value === null ? null : value * per, slack: slack * per };
  };
  const intercept: Compute = (row) => {
    const { value, slack } = slopeMs(row);
    if (value === null) return { value, slack };
    const [mean, time] = [orZero(row[sums.my]), orZero(row[sums.mx])];
    return {
      value: mean - value * time,
      slack: slack * time + STATISTICS * (Math.abs(mean) + Math.abs(value) * time),
    };
  };
  return { slope, intercept };
}
