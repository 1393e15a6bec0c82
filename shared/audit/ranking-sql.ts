import type { Expression } from '../pipeline/index.ts';
import { type AggregateSql, listed } from './aggregate-columns.ts';
import { numberLiteral } from './fields.ts';

/** Labels that may be among the k heaviest, with their weights. */
export function rankingSql(
  sql: AggregateSql,
  labelOf: string,
  by: Expression | undefined,
  { k, capacity }: { readonly k: number; readonly capacity: number },
): string {
  const label = sql.label(labelOf);
  const x = by === undefined ? undefined : sql.number(by);
  const weight = x === undefined ? 'CAST(count(*) AS double)' : `sum(${x})`;
  const size = x === undefined ? 'CAST(count(*) AS double)' : `sum(abs(${x}))`;
  const whole = x === undefined ? 'true' : `bool_and(${x} = floor(${x}))`;
  const place = 'ws, we, k';
  return sql.ranking(
    `SELECT ${place},
    ${listed('array_agg(label ORDER BY weight DESC, label)')} AS labels,
    ${listed('array_agg(weight ORDER BY weight DESC, label)')} AS weights,
    max(of) AS of, max(total) AS size, max(events) AS events, bool_and(whole) AS whole
  FROM (
    SELECT *, max(CASE WHEN place = ${k} THEN weight END) OVER (PARTITION BY ${place}) AS least
    FROM (
      SELECT *, row_number() OVER (PARTITION BY ${place} ORDER BY weight DESC, label) AS place,
        count(*) OVER (PARTITION BY ${place}) AS of, sum(size) OVER (PARTITION BY ${place}) AS total,
        sum(own) OVER (PARTITION BY ${place}) AS events
      FROM (
        SELECT ${place}, ${label} AS label, ${weight} AS weight, ${size} AS size, ${whole} AS whole, count(*) AS own
        FROM windowed WHERE ${label} IS NOT NULL${x === undefined ? '' : ` AND ${x} IS NOT NULL`}
        GROUP BY ${place}, ${label}
      ) AS weighed
    ) AS ordered
  ) AS bounded
  WHERE least IS NULL OR weight >= least - ${numberLiteral(2 / capacity + 1e-9)} * total
  GROUP BY ${place}`,
    ['labels', 'weights', 'of', 'size', 'events', 'whole'],
  );
}
