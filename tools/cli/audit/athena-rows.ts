import { AthenaClient } from '@aws-sdk/client-athena';
import type { Row } from '../../../shared/audit/recomputed-row.ts';
import { type AthenaPlace, queryAthena } from '../query/athena.ts';

/** Runs statements in Athena and gives their rows by the names of their columns. */
export function athenaRows(
  place: AthenaPlace,
  client = new AthenaClient(),
): (sql: string) => AsyncGenerator<Row> {
  return async function* rows(sql) {
    const { columns, rows: found } = await queryAthena(client, place, sql);
    for (const row of found) yield Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null]));
  };
}
