import { FilterRule } from '../filters/rule.ts';
import { filtersBefore, originOf, resultKeyField, type StageInput } from '../pipeline/index.ts';
import type { EventRange } from './events-sql.ts';
import { ms, occurrencesOf } from './events-sql.ts';
import type { Dialect } from './fields.ts';
import type { Row } from './recomputed-row.ts';

/** The columns of what {@link passOwn} gives, and their types. */
export const PASSED_COLUMNS = {
  id: 'VARCHAR',
  source: 'VARCHAR',
  t: 'BIGINT',
  data: 'VARCHAR',
  arrival: 'BIGINT',
  shard: 'VARCHAR',
  sequence: 'VARCHAR',
  sub_sequence: 'BIGINT',
} as const;

/** What a chain of filter stages begins with, with times in epoch milliseconds. */
export const unfilteredSql = (
  pipeline: string,
  from: StageInput,
  range: EventRange,
  dialect: Dialect,
): string => {
  const { sql } = occurrencesOf(pipeline, originOf(from), range, dialect);
  return `SELECT *, ${ms('arrival')} AS arrived FROM (${sql}) AS origin`;
};

/** Puts rows through the filter stages before a stage with the declaration's own code, and gives what comes out. */
export async function* passOwn(
  from: StageInput,
  rows: AsyncIterable<Row>,
): AsyncGenerator<(number | string | null)[]> {
  const origin = originOf(from);
  const rules = filtersBefore(from)
    .reverse()
    .map((stage) => new FilterRule(stage));
  for await (const row of rows) {
    const arrival = Number(row.arrived);
    let event = {
      type: origin.kind === 'type' ? origin.name : origin.output.name,
      id: String(row.id),
      source: String(row.source),
      time: Number(row.t),
      key: String(row.partition_key),
      data: dataOf(origin, row),
    };
    let passes = true;
    for (const rule of rules) {
      const judgement = rule.judge(event, arrival, false);
      passes = judgement.kind === 'passed';
      if (judgement.kind !== 'passed') break;
      event = { ...event, type: judgement.event.type, data: judgement.event.data };
    }
    if (!passes) continue;
    const { id, source, time } = event;
    yield [
      id,
      source,
      time,
      JSON.stringify(event.data),
      arrival,
      String(row.shard),
      String(row.sequence),
      Number(row.sub_sequence),
    ];
  }
}

function dataOf(origin: ReturnType<typeof originOf>, row: Row): unknown {
  const data = JSON.parse(String(row.data)) as Record<string, unknown>;
  if (origin.kind === 'type') return data;
  const [start, end] = [Number(row.window_start_ms), Number(row.window_end_ms)];
  return { ...data, [resultKeyField(origin)]: row.key, start, end };
}
