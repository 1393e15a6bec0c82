import type { Aggregate } from '../pipeline/index.ts';
import type { ResultValue } from '../windows/types.ts';
import { type AggregateSql, listed } from './aggregate-columns.ts';
import { compareHistogram, compareQuantiles, compareRanking, pickEdge } from './compare-values.ts';
import { numberLiteral } from './fields.ts';
import { foldSql, shareSql } from './folds-sql.ts';
import { rankingSql } from './ranking-sql.ts';
import { type Compute, orZero, parsed, type Row } from './recomputed-row.ts';
import { jointSql, rootOf, trendSql, varianceSql } from './statistics-sql.ts';
import { distinctSlack, isWithin, quotientOf } from './tolerance.ts';

/** What an emitted value should have been. */
export interface Verdict {
  readonly equal: boolean;
  /** For people. */
  readonly expected: unknown;
}

/** How one value of a stage is recomputed and compared. */
export interface AuditedValue {
  readonly name: string;
  judge(row: Row, emitted: ResultValue | undefined): Verdict;
}

/** How a value of a stage is recomputed and compared; `undefined` for what is no SQL. */
export function auditedValue(
  name: string,
  aggregate: Aggregate,
  sql: AggregateSql,
): AuditedValue | undefined {
  const number = (compute: Compute): AuditedValue => ({
    name,
    judge(row, emitted) {
      const recomputed = compute(row);
      return { equal: isWithin(emitted, recomputed), expected: recomputed.value };
    },
  });
  switch (aggregate.kind) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
    case 'mean':
      return number(foldSql(sql, aggregate));
    case 'ratio': {
      const [numerator, denominator] = [
        foldSql(sql, aggregate.numerator),
        foldSql(sql, aggregate.denominator),
      ];
      return number((row) => quotientOf(numerator(row), denominator(row)));
    }
    case 'share':
      return number(shareSql(sql, aggregate.of));
    case 'variance':
    case 'stddev': {
      const variance = varianceSql(sql, aggregate.of, aggregate.basis === 'sample' ? 1 : 0);
      if (aggregate.kind === 'variance') return number(variance);
      return number((row) => rootOf(variance(row)));
    }
    case 'covariance':
      return number(
        jointSql(sql, aggregate.of, aggregate.with).covariance(aggregate.basis === 'sample' ? 1 : 0),
      );
    case 'correlation':
      return number(jointSql(sql, aggregate.of, aggregate.with).correlation);
    case 'trend': {
      const { slope, intercept } = trendSql(sql, aggregate.of, aggregate.per);
      return {
        name,
        judge(row, emitted) {
          const [a, b] = [slope(row), intercept(row)];
          if (a.value === null) return { equal: emitted === null, expected: null };
          const own = (emitted ?? {}) as Record<string, ResultValue>;
          return {
            equal: isWithin(own.slope, a) && isWithin(own.intercept, b),
            expected: { slope: a.value, intercept: b.value },
          };
        },
      };
    }
    case 'first':
    case 'last': {
      const value = sql.scalar(aggregate.of);
      const [earliest, sign] = aggregate.kind === 'first' ? ['min', -1] : ['max', 1];
      const edge = sql.overWindow(`${earliest}(CASE WHEN ${value} IS NOT NULL THEN t END)`);
      const column = sql.aggregate(
        listed(`array_agg(DISTINCT ${value}) FILTER (WHERE ${value} IS NOT NULL AND t = ${edge})`),
      );
      return {
        name,
        judge(row, emitted) {
          const expected = pickEdge(parsed(row[column]), sign as -1 | 1);
          return { equal: emitted === expected, expected };
        },
      };
    }
    case 'distinct': {
      const column = sql.aggregate(`count(DISTINCT ${sql.scalar(aggregate.of)})`);
      return number((row) => {
        const value = orZero(row[column]);
        return { value, slack: distinctSlack(value, aggregate.precision) };
      });
    }
    case 'quantile':
    case 'quantiles': {
      const x = sql.number(aggregate.of);
      const count = sql.aggregate(`count(${x})`);
      const qs = aggregate.kind === 'quantile' ? [aggregate.q] : aggregate.qs;
      const at = (q: number): string =>
        `CAST(floor(${numberLiteral(q)} * CAST(count(${x}) - 1 AS double)) AS bigint) + 1`;
      const columns = qs.map((q) =>
        sql.aggregate(
          `CASE WHEN count(${x}) > 0 THEN (array_agg(${x} ORDER BY ${x}) FILTER (WHERE ${x} IS NOT NULL))[${at(q)}] END`,
        ),
      );
      return {
        name,
        judge: (row, emitted) =>
          compareQuantiles(
            aggregate,
            orZero(row[count]) === 0 ? undefined : columns.map((column) => orZero(row[column])),
            emitted,
          ),
      };
    }
    case 'top-k': {
      const ranking = rankingSql(sql, aggregate.label, aggregate.by, aggregate);
      return {
        name,
        judge: (row, emitted) =>
          compareRanking(
            aggregate,
            {
              labels: (parsed(row[`${ranking}_labels`]) ?? []) as string[],
              weights: (parsed(row[`${ranking}_weights`]) ?? []) as number[],
              count: orZero(row[`${ranking}_of`]),
              size: orZero(row[`${ranking}_size`]),
              events: orZero(row[`${ranking}_events`]),
              whole: row[`${ranking}_whole`] === true,
            },
            emitted,
          ),
      };
    }
    case 'histogram': {
      const x = sql.number(aggregate.of);
      const bounds = [undefined, ...aggregate.boundaries, undefined];
      const columns = bounds.slice(1).map((to, index) => {
        const from = bounds[index];
        const parts = [
          ...(from === undefined ? [] : [`${x} >= ${numberLiteral(from)}`]),
          ...(to === undefined ? [] : [`${x} < ${numberLiteral(to)}`]),
        ];
        return sql.aggregate(`count(*) FILTER (WHERE ${x} IS NOT NULL AND ${parts.join(' AND ')})`);
      });
      return {
        name,
        judge: (row, emitted) =>
          compareHistogram(
            aggregate.boundaries,
            columns.map((column) => orZero(row[column])),
            emitted,
          ),
      };
    }
    case 'user':
      return undefined;
  }
}
