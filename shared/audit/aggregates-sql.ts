import type { Aggregate, Count, Edge, Expression, Fold, WindowStage } from '../pipeline/index.ts';
import { fieldOf } from '../pipeline/index.ts';
import type { ResultValue } from '../windows/types.ts';
import { compareHistogram, compareQuantiles, compareRanking, pickEdge } from './compare-values.ts';
import { expressionSql, type Fields, numberLiteral } from './fields.ts';
import { distinctSlack, isWithin, quotientOf, type Recomputed, STATISTICS, sumOf } from './tolerance.ts';

/** A row of recomputed columns, by name. */
export type Row = Readonly<Record<string, unknown>>;

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

/** SQL of a stage's aggregates, collected while they are gone through. */
export class AggregateSql {
  /** What is computed of every event: column -> SQL over the fields. */
  readonly events = new Map<string, string>();
  /** What is computed of every event of a window, over the window: column -> SQL. */
  readonly windowed = new Map<string, string>();
  /** Aggregates: column -> SQL. */
  readonly columns = new Map<string, string>();
  /** Rankings, each a CTE of its own with the columns ws, we, k: name -> SQL. */
  readonly rankings = new Map<string, string>();
  /** Columns that rankings add. */
  readonly joined = new Map<string, string>();
  readonly #fields: Fields;
  readonly #stage: WindowStage;

  constructor(stage: WindowStage, fields: Fields) {
    this.#stage = stage;
    this.#fields = fields;
  }

  /** A column for an expression over every event. */
  number(of: Expression): string {
    return this.#column(this.events, 'x', expressionSql(of, this.#fields));
  }

  /** A column for a field of any kind, as JSON; null where it is missing, null, or no text, number or truth value. */
  scalar(of: Edge['of'] | string): string {
    if (typeof of !== 'string' || this.#isNumeric(of)) return this.number(of);
    const json = this.#fields.json(of);
    return this.#column(
      this.events,
      'j',
      `CASE WHEN ${json} <> 'null' AND ${json} NOT LIKE '[%' AND ${json} NOT LIKE '{%' THEN ${json} END`,
    );
  }

  /** A column for a field whatever it holds, as JSON. */
  any(field: string): string {
    return this.#column(this.events, 'f', this.#fields.json(field));
  }

  /** A column for what names a label: as text, whatever it is. */
  label(of: string): string {
    const json = this.#fields.json(of);
    const isScalar = `${json} <> 'null' AND ${json} NOT LIKE '[%' AND ${json} NOT LIKE '{%'`;
    return this.#column(this.events, 'l', `CASE WHEN ${isScalar} THEN ${this.#fields.text(of)} END`);
  }

  #isNumeric(field: string): boolean {
    const types = fieldOf(this.#stage.input, field)?.types ?? [];
    return types.length > 0 && types.every((type) => type === 'integer' || type === 'number');
  }

  aggregate(sql: string): string {
    return this.#column(this.columns, 'a', sql);
  }

  overWindow(sql: string): string {
    return this.#column(this.windowed, 'w', `${sql} OVER (PARTITION BY ws, we, k)`);
  }

  ranking(sql: string, columns: readonly string[]): string {
    const name = this.#column(this.rankings, 'ranking', sql);
    for (const column of columns) this.joined.set(`${name}_${column}`, `${name}.${column}`);
    return name;
  }

  #column(known: Map<string, string>, prefix: string, sql: string): string {
    for (const [name, own] of known) if (own === sql) return name;
    const name = `${prefix}${known.size}`;
    known.set(name, sql);
    return name;
  }
}

const asNumber = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);
const orZero = (value: unknown): number => asNumber(value) ?? 0;
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : null);
/** A list as JSON text, which every engine and client hands over in the same way. */
const listed = (sql: string): string => `json_format(CAST(${sql} AS json))`;

type Compute = (row: Row) => Recomputed;

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

function foldSql(sql: AggregateSql, aggregate: Count | Fold): Compute {
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

function shareSql(sql: AggregateSql, of: Expression): Compute {
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

const rootOf = ({ value, slack }: Recomputed): Recomputed => {
  if (value === null) return { value, slack };
  const root = Math.sqrt(value);
  return { value: root, slack: root === 0 ? Math.sqrt(slack) : slack / root };
};

/** What doubles as large as these cannot tell apart, squared. */
const grain = (row: Row, low: string, high: string): number =>
  (Math.max(Math.abs(orZero(row[low])), Math.abs(orZero(row[high]))) * 2 ** -50) ** 2;

/** From values less their mean, so that a large mean costs no digits. */
function varianceSql(sql: AggregateSql, of: Expression, less: 0 | 1): Compute {
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

function jointSql(sql: AggregateSql, of: Expression, other: Expression) {
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

function trendSql(sql: AggregateSql, of: Expression, per: number) {
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

/** Labels that may be among the k heaviest, with their weights. */
function rankingSql(
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
