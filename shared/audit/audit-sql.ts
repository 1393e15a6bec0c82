import { quoteText } from '../lake/types.ts';
import type { WindowStage } from '../pipeline/index.ts';
import type { Window } from '../windows/types.ts';
import { AggregateSql } from './aggregate-columns.ts';
import { type AuditedValue, auditedValue } from './aggregates-sql.ts';
import { countedEvents, type EventRange, ms, type Occurrences, occurrencesOf } from './events-sql.ts';
import { type Dialect, type Fields, isOptional } from './fields.ts';
import { windowsSql } from './windows-sql.ts';

/** What is audited. */
export interface AuditOptions {
  readonly pipeline: string;
  /** Windows that begin at or after `from` and end at or before `to`, epoch milliseconds. */
  readonly range: EventRange;
  readonly dialect: Dialect;
  /** Of a stage with calendar windows: those of the range. */
  readonly calendar?: readonly Window[];
  /** A relation that holds what comes out of the stage's filter stages: where those have functions. */
  readonly prepared?: string;
  /** A relation (ws, we, k, own) with the values, as JSON, that only the declaration's own code can compute. */
  readonly computed?: string;
  /** A relation as {@link emittedResults} makes it, to be used in its place. */
  readonly emitted?: string;
}

/** One statement that recomputes a stage's windows beside what was emitted for them, and how to compare the two. */
export interface Audit {
  /**
   * A row per key and window: ws, we and k; `events` is null where nothing was recomputed; `revision`, `final` and `data` are null where
   * nothing was emitted.
   */
  readonly sql: string;
  readonly values: readonly AuditedValue[];
}

/** Generates the audit of a window stage from its declaration. Values of the declaration's own aggregates are not part of it. */
export function auditSql(stage: WindowStage, options: AuditOptions): Audit {
  const input = inputOf(stage, options);
  const sql = new AggregateSql(stage, input.fields);
  const values = Object.entries(stage.values).flatMap(
    ([name, aggregate]) => auditedValue(name, aggregate, sql) ?? [],
  );
  const { computed, range } = options;
  const rankings = [...sql.rankings].map(([name, of]) => `, ${name} AS (\n  ${of}\n)`);
  const joins = [...sql.rankings.keys(), ...(computed === undefined ? [] : ['computed'])].map(
    (name) =>
      ` LEFT JOIN ${name} ON recomputed.ws = ${name}.ws AND recomputed.we = ${name}.we AND recomputed.k = ${name}.k`,
  );
  const columns: [name: string, of: string][] = [
    ...[...sql.columns.keys()].map((name): [string, string] => [name, `recomputed.${name}`]),
    ...sql.joined,
    ...(computed === undefined ? [] : [['own', 'computed.own'] as [string, string]]),
  ];
  const text = `${windowed(stage, options, input, sql)}, recomputed AS (
  SELECT ws, we, k, count(*) AS events${listOf(sql.columns)}
  FROM windowed GROUP BY ws, we, k
)${rankings.join('')}${computed === undefined ? '' : `, computed AS (SELECT * FROM ${computed})`}, expected AS (
  SELECT recomputed.ws, recomputed.we, recomputed.k, recomputed.events${listOf(columns)}
  FROM recomputed${joins.join('')} WHERE ${inRange('recomputed', range)}
), emitted AS (
  SELECT * FROM (${options.emitted ?? emittedResults(options.pipeline, stage.name)}) AS emissions
  WHERE ${inRange('emissions', range)}
)
SELECT coalesce(expected.ws, emitted.ws) AS ws, coalesce(expected.we, emitted.we) AS we, coalesce(expected.k, emitted.k) AS k,
  expected.events, emitted.revision, emitted.final, emitted.data${columns.map(([name]) => `, expected.${name}`).join('')}
FROM expected FULL OUTER JOIN emitted ON expected.ws = emitted.ws AND expected.we = emitted.we AND expected.k = emitted.k`;
  return { sql: text, values };
}

/**
 * The events of every window and key with the fields, as JSON, that the declaration's own aggregates read: columns ws, we, k, t and one per
 * field, in its order, by window and key.
 */
export function ownRowsSql(stage: WindowStage, options: AuditOptions, fields: readonly string[]): string {
  const input = inputOf(stage, options);
  const sql = new AggregateSql(stage, input.fields);
  const columns = fields.map((field) => sql.any(field));
  return `${windowed(stage, options, input, sql)}
SELECT ws, we, k, t${columns.map((column) => `, ${column}`).join('')} FROM windowed
WHERE ${inRange('windowed', options.range)} ORDER BY ws, we, k, t, source, id`;
}

/** The latest revision of every key and window, as it left the stage: columns ws, we, k, revision, final, data. */
export function emittedResults(pipeline: string, stage: string): string {
  return `SELECT ws, we, k, revision, final, data FROM (
    SELECT ${ms('window_start')} AS ws, ${ms('window_end')} AS we, key AS k, revision, final, retracted, data,
      row_number() OVER (PARTITION BY key, window_start, window_end ORDER BY revision DESC) AS place
    FROM results WHERE pipeline = ${quoteText(pipeline)} AND stage = ${quoteText(stage)}
  ) AS revisions WHERE place = 1 AND NOT retracted`;
}

/** The end of the last window of which something is final: what ends earlier is closed. One row, one column. */
export const closedUpToSql = (emitted: string): string =>
  `SELECT max(we) AS closed FROM (${emitted}) AS emissions WHERE final`;

/** The first and the last event time of a stage's input: columns low and high. */
export function extentSql(stage: WindowStage, options: AuditOptions): string {
  return `SELECT min(t) AS low, max(t) AS high FROM (${inputOf(stage, options).sql}) AS occurrences`;
}

const inputOf = (stage: WindowStage, { pipeline, range, dialect, prepared }: AuditOptions): Occurrences =>
  occurrencesOf(pipeline, stage.from, reach(stage, range), dialect, prepared);

/**
 * The event times that the windows of a range depend on. Whether a session begins at its first event, the gap before it tells; whether
 * it goes on after its end, the instant of its end.
 */
function reach({ window }: WindowStage, { from, to }: EventRange): EventRange {
  if (window.kind !== 'session') return { from, to };
  return { from: from && from - window.gap, to: to && to + 1 };
}

/** The CTEs from the lake's tables to `windowed`: every event that counts, in every window that has it. */
function windowed(
  stage: WindowStage,
  { calendar = [] }: AuditOptions,
  input: Occurrences,
  sql: AggregateSql,
): string {
  return `WITH occurrences AS (
  ${input.sql}
), ${countedEvents(stage, 'occurrences')}, keyed AS (
  SELECT source, id, t, missed, ${keySql(stage, input.fields)} AS k${listOf(sql.events)}
  FROM counted
), ${windowsSql(stage, calendar)}, windowed AS (
  SELECT *${listOf(sql.windowed)} FROM placed
)`;
}

/** A key is text whatever its field is; of what is missing it is that text. */
function keySql(stage: WindowStage, fields: Fields): string {
  const { key } = stage;
  if (typeof key !== 'string') return "'all'";
  const text = fields.text(key);
  if (!isOptional(stage, key)) return text;
  return `CASE WHEN ${fields.json(key)} IS NULL THEN 'undefined' WHEN ${fields.json(key)} = 'null' THEN 'null' ELSE ${text} END`;
}

const listOf = (columns: Iterable<readonly [name: string, sql: string]>): string =>
  [...columns].map(([name, sql]) => `,\n    ${sql} AS ${name}`).join('');

const inRange = (table: string, { from, to }: EventRange): string =>
  [
    ...(from === undefined ? [] : [`${table}.ws >= ${from}`]),
    ...(to === undefined ? [] : [`${table}.we <= ${to}`]),
    'true',
  ].join(' AND ');
