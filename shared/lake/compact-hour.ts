import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { mapLimit } from '../state/concurrency.ts';
import { curatedKey, partitionOf } from './layout.ts';
import type { LakeObjects, ListedObject } from './object-store.ts';
import { typedRows } from './sql.ts';
import { RAW_COLUMNS, type TypeTable } from './tables.ts';
import { duckdbType, quoteText } from './types.ts';

/** What the compaction of an hour works with. */
export interface HourContext {
  readonly objects: LakeObjects;
  readonly tables: readonly TypeTable[];
  /** A folder for temporary files: raw objects, curated files, and what DuckDB cannot hold in memory. */
  readonly scratch: string;
  /** Memory that DuckDB may use, in megabytes. */
  readonly memoryMb: number;
}

const FETCHES = 16;
/** Rows per row group of the files: what a query that looks for a span of event time can skip. */
const ROW_GROUP = 122_880;

/**
 * Makes the curated files of one hour from its raw objects: typed, by event time, each event once, also where the hour before
 * has it already. The files are a function of the raw objects and of the hour before, so that doing it again, or twice at the
 * same time, does no harm.
 *
 * @param hour - its start, epoch milliseconds
 * @returns how many rows each type has
 */
export async function compactHour(
  context: HourContext,
  hour: number,
  raw: readonly ListedObject[],
): Promise<Map<string, number>> {
  await mkdir(context.scratch, { recursive: true });
  const folder = await mkdtemp(join(context.scratch, 'hour-'));
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${context.memoryMb}MB`,
    temp_directory: join(folder, 'spill'),
    // Rows are sorted in the end; keeping the order of reading costs memory.
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  try {
    await loadRaw(context, connection, folder, raw);
    const rows = new Map<string, number>();
    for (const table of context.tables) {
      const count = await compactType(context, connection, folder, hour, table);
      if (count > 0) rows.set(table.type, count);
    }
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the raw objects once into a table that every type is then taken from. */
async function loadRaw(
  { objects }: HourContext,
  connection: DuckDBConnection,
  folder: string,
  raw: readonly ListedObject[],
): Promise<void> {
  const files = await mapLimit([...raw.entries()], FETCHES, async ([index, { key }]) => {
    const path = join(folder, `${index}.json.gz`);
    await objects.fetch(key, path);
    return path;
  });
  const columns = RAW_COLUMNS.map(({ name, type }) => `${name}: ${quoteText(duckdbType(type))}`).join(', ');
  const paths = files.map(quoteText).join(', ');
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(
    `CREATE TEMP TABLE raw AS SELECT *, NULL AS dt, NULL AS hour FROM read_json([${paths}],
      columns = {${columns}}, format = 'newline_delimited', compression = 'gzip')`,
  );
}

async function compactType(
  { objects }: HourContext,
  connection: DuckDBConnection,
  folder: string,
  hour: number,
  table: TypeTable,
): Promise<number> {
  const before = curatedKey(table.type, partitionOf(hour - 1));
  let once = '';
  if ((await objects.list(before)).length > 0) {
    const earlier = join(folder, 'earlier.parquet');
    await objects.fetch(before, earlier);
    once = `ANTI JOIN read_parquet(${quoteText(earlier)}) USING (_source, _id)`;
  }
  const path = join(folder, 'curated.parquet');
  // The partition is in the key, where every reader looks for it.
  const copied = await connection.runAndReadAll(
    `COPY (SELECT * EXCLUDE (dt, hour) FROM (${typedRows(table, 'raw')}) ${once} ORDER BY _time, _key, _source, _id)
     TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP})`,
  );
  const count = Number(copied.getRows()[0]?.[0] ?? 0);
  if (count > 0) await objects.replace(curatedKey(table.type, partitionOf(hour)), path);
  return count;
}
