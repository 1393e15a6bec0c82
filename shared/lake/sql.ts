import type { TypeTable } from './tables.ts';
import { duckdbType, type LakeType, quoteName, quoteText } from './types.ts';

/** Which copy of an event that is there several times counts: the one that came first. */
const FIRST_COPY =
  'row_number() OVER (PARTITION BY source, id ORDER BY arrival, pipeline, shard, length(sequence), sequence, sub_sequence) = 1';

/**
 * DuckDB's SQL for the rows of a type's table, from a relation of raw rows: typed by the schema, each event once. A value that
 * does not fit its column is null; the raw row has it.
 */
export function typedRows({ type, data }: TypeTable, raw: string): string {
  const shape = JSON.stringify(Object.fromEntries(data.map(({ name, type: of }) => [name, transform(of)])));
  const fields = data.map(({ name, type: of }) => field(name, of));
  return `
    SELECT id AS _id, source AS _source, time AS _time, arrival AS _arrival, partition_key AS _key,
      ${[...fields, 'dt', 'hour'].join(', ')}
    FROM (
      SELECT *, json_transform(data, ${quoteText(shape)}) AS parsed
      FROM ${raw} WHERE type = ${quoteText(type)} QUALIFY ${FIRST_COPY}
    )`;
}

/** The shape that `json_transform` gives a value. */
function transform(type: LakeType): unknown {
  // JSON has no instants: they are read as text first.
  if (type === 'timestamp') return 'VARCHAR';
  if (typeof type === 'string') return duckdbType(type);
  if ('list' in type) return [transform(type.list)];
  return Object.fromEntries(type.struct.map(({ name, type: of }) => [name, transform(of)]));
}

function field(name: string, type: LakeType): string {
  const value = `parsed.${quoteName(name)}`;
  // With an offset in the text, the instant counts and not the digits.
  const typed = type === 'timestamp' ? `TRY_CAST(${value} AS TIMESTAMPTZ)::TIMESTAMP` : value;
  return `${typed} AS ${quoteName(name)}`;
}
