import type { Count, Expression, Fold } from '../pipeline/index.ts';
import type { AggregateSql } from './aggregate-columns.ts';
import { asNumber, type Compute, orZero } from './recomputed-row.ts';
import { quotientOf, sumOf } from './tolerance.ts';

function sumSql(sql: AggregateSql, of: Expression): Compute {
  const x = sql.number(of);
  const value = sql.aggregate(`sum(${x})`);
  const { size, count, whole } = sizeSql(sql, x);
  return (row) => sumOf(orZero(row[value]), orZero(row[size]), orZero(row[count]), row[whole] === true);
}

const sizeSql = (sql: AggregateSql, x: string) => ({
  size: sql.aggregate(`sum(abs(${x}))`),
  count: sql.aggregate(`count(${x})`),
  whole: sql.aggregate(`bool_and(${x} = floor(${x}))`),
});

function countSql(sql: AggregateSql, { of }: Count): Compute {
  const column = sql.aggregate(of === undefined ? 'count(*)' : `count(${sql.number(of)})`);
  return (row) => ({ value: orZero(row[column]), slack: 0 });
}

/** Counts, sums, means, least and greatest values. */
export function foldSql(sql: AggregateSql, aggregate: Count | Fold): Compute {
  switch (aggregate.kind) {
    case 'count':
      return countSql(sql, aggregate);
    case 'sum':
      return sumSql(sql, aggregate.of);
    case 'mean': {
      const [sum, count] = [sumSql(sql, aggregate.of), countSql(sql, { kind: 'count', of: aggregate.of })];
      return (row) => quotientOf(sum(row), count(row));
    }
    case 'min':
    case 'max': {
      const column = sql.aggregate(`${aggregate.kind}(${sql.number(aggregate.of)})`);
      return (row) => ({ value: asNumber(row[column]), slack: 0 });
    }
  }
}

/** The part that a key has of the sum over all keys of its window. */
export function shareSql(sql: AggregateSql, of: Expression): Compute {
  const own = sumSql(sql, of);
  const x = sql.number(of);
  const over = 'OVER (PARTITION BY ws, we)';
  const total = sql.aggregate(`sum(sum(${x})) ${over}`);
  const size = sql.aggregate(`sum(sum(abs(${x}))) ${over}`);
  const count = sql.aggregate(`sum(count(${x})) ${over}`);
  const whole = sql.aggregate(`bool_and(bool_and(${x} = floor(${x}))) ${over}`);
  return (row) =>
    quotientOf(
      own(row),
      sumOf(orZero(row[total]), orZero(row[size]), orZero(row[count]), row[whole] === true),
    );
}
