import { quoteText } from '../lake/types.ts';
import { type FilterStage, filtersBefore, type StageInput, type WindowStage } from '../pipeline/index.ts';
import {
  conditionSql,
  type Dialect,
  type Fields,
  jsonFields,
  projectedFields,
  resultFieldsSql,
} from './fields.ts';

/** An instant as milliseconds since the epoch. */
export const ms = (time: string): string =>
  `date_diff('millisecond', TIMESTAMP '1970-01-01 00:00:00', ${time})`;

/** Event time, epoch milliseconds; `to` is exclusive. Open where undefined. */
export interface EventRange {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What came to a stage's input, every time it came. */
export interface Occurrences {
  /** A relation with the columns id, source, t (epoch milliseconds), arrival, shard, sequence, sub_sequence, and what fields read. */
  readonly sql: string;
  readonly fields: Fields;
}

/**
 * What reaches a stage: raw events, those that filter stages let pass, or final results of a window stage, from the lake's tables.
 *
 * @param prepared - a relation that holds what comes out of the filter stages, where they are not SQL
 * @throws RangeError for a filter stage with functions when nothing is prepared
 */
export function occurrencesOf(
  pipeline: string,
  from: StageInput,
  range: EventRange,
  dialect: Dialect,
  prepared?: string,
): Occurrences {
  if (prepared !== undefined) {
    return {
      sql: `SELECT * FROM ${prepared} WHERE ${within('t', range)}`,
      fields: jsonFields(dialect, 'data'),
    };
  }
  switch (from.kind) {
    case 'type':
      return { sql: rawEvents(pipeline, from.name, range), fields: jsonFields(dialect, 'data') };
    case 'window':
      return { sql: finalResults(pipeline, from, range), fields: resultFieldsSql(dialect, from) };
    case 'filter': {
      const input = occurrencesOf(pipeline, from.from, range, dialect);
      return passed(from, input);
    }
  }
}

const PLACE = 'arrival, shard, sequence, sub_sequence';

function rawEvents(pipeline: string, type: string, range: EventRange): string {
  return `SELECT * FROM (
    SELECT id, source, ${ms('time')} AS t, data, partition_key, ${PLACE}
    FROM raw WHERE pipeline = ${quoteText(pipeline)} AND type = ${quoteText(type)}${since(range)}
  ) AS events WHERE ${within('t', range)}`;
}

/** As stages that read them see them: at the last millisecond of their window. */
function finalResults(pipeline: string, stage: WindowStage, range: EventRange): string {
  return `SELECT * FROM (
    SELECT id, source, ${ms('window_end')} - 1 AS t, data, key, key AS partition_key,
      ${ms('window_start')} AS window_start_ms, ${ms('window_end')} AS window_end_ms, ${PLACE}
    FROM results WHERE pipeline = ${quoteText(pipeline)} AND stage = ${quoteText(stage.name)}
      AND final AND NOT retracted${since(range)}
  ) AS finals WHERE ${within('t', range)}`;
}

function passed({ name, where, map }: FilterStage, { sql, fields }: Occurrences): Occurrences {
  if (typeof where === 'function' || typeof map === 'function') {
    throw new RangeError(`filter stage "${name}" has functions, which are no SQL`);
  }
  return {
    sql:
      where === undefined
        ? sql
        : `SELECT * FROM (${sql}) AS ${alias(name)} WHERE ${conditionSql(where, fields)}`,
    fields: map === undefined ? fields : projectedFields(map, fields),
  };
}

const alias = (name: string): string => name.replaceAll('-', '_');

const within = (time: string, { from, to }: EventRange): string =>
  [
    ...(from === undefined ? [] : [`${time} >= ${from}`]),
    ...(to === undefined ? [] : [`${time} < ${to}`]),
    'true',
  ].join(' AND ');

const DAY = 86_400_000;

/** Nothing arrives long before its time: days before that need not be read. Clocks that are ahead get a day. */
const since = ({ from }: EventRange): string =>
  from === undefined ? '' : ` AND dt >= DATE '${new Date(from - DAY).toISOString().slice(0, 10)}'`;

/**
 * The events that a stage has counted, each once: with its first occurrence that was neither set aside nor too late. An event of which
 * all occurrences were is left out. `missed` is the watermark up to whose closing windows it came too late, null where for none.
 *
 * @param occurrences - name of the relation of {@link Occurrences}
 */
export function countedEvents(stage: WindowStage, occurrences: string): string {
  const stages = [stage, ...filtersBefore(stage.from)].map(({ name }) => quoteText(name)).join(', ');
  return `aside AS (
  SELECT source, id, count(*) AS times FROM (
    SELECT DISTINCT stage, shard, sequence, sub, json_extract_scalar(event, '$.source') AS source, json_extract_scalar(event, '$.id') AS id
    FROM (
      SELECT stage, shard, sequence, sub, CASE WHEN code <> 'undecodable' THEN from_utf8(from_base64(bytes)) END AS event
      FROM rejected WHERE stage IN (${stages})
    ) AS texts WHERE event IS NOT NULL
  ) AS places GROUP BY source, id
), too_late AS (
  SELECT source, id, count(*) AS times FROM (
    SELECT DISTINCT source, id, sequence, sub_sequence FROM late WHERE stage = ${quoteText(stage.name)} AND reason = 'late'
  ) AS places GROUP BY source, id
), partly_late AS (
  SELECT source, id, max(${ms('watermark')}) AS missed
  FROM late WHERE stage = ${quoteText(stage.name)} AND reason = 'partly-late' GROUP BY source, id
), ranked AS (
  SELECT *,
    row_number() OVER (PARTITION BY source, id ORDER BY arrival, shard, length(sequence), sequence, sub_sequence) AS nth,
    count(*) OVER (PARTITION BY source, id) AS times
  FROM ${occurrences}
), counted AS (
  SELECT ranked.*, partly_late.missed AS missed
  FROM ranked
  LEFT JOIN aside ON ranked.source = aside.source AND ranked.id = aside.id
  LEFT JOIN too_late ON ranked.source = too_late.source AND ranked.id = too_late.id
  LEFT JOIN partly_late ON ranked.source = partly_late.source AND ranked.id = partly_late.id
  WHERE ranked.nth = 1 + coalesce(aside.times, 0)
    AND ranked.times > coalesce(aside.times, 0) + coalesce(too_late.times, 0)
)`;
}
