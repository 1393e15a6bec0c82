import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { mapLimit } from '../state/concurrency.ts';
import { compactType, type TypeRows } from './compact-type.ts';
import type { LakeObjects, ListedObject } from './object-store.ts';
import { RAW_COLUMNS, type TypeTable } from './tables.ts';
import { duckdbType, quoteText } from './types.ts';

/** What the compaction of a part of an hour works with. */
export interface PartContext {
  readonly objects: LakeObjects;
  readonly tables: readonly TypeTable[];
  /** A folder for temporary files: raw objects, curated files, and what DuckDB cannot hold in memory. */
  readonly scratch: string;
  /** Memory that DuckDB may use, in megabytes. */
  readonly memoryMb: number;
}

/** A part of an hour: the raw objects whose keys lie in a range. */
export interface Part {
  /** Start of the hour, epoch milliseconds. */
  readonly hour: number;
  readonly number: number;
  /** Keys, exclusive and inclusive; empty where the range has no such end. */
  readonly after: string;
  readonly upTo: string;
  readonly raw: readonly ListedObject[];
}

const FETCHES = 16;

/**
 * Makes the curated files of one part of an hour from its raw objects: typed, by event time, each event once, also where a part
 * before it, or the hour before, has it already. The files are a function of the raw objects, so that doing it again,
 * or twice at the same time, does no harm.
 *
 * @returns what each type has
 */
export async function compactPart(context: PartContext, part: Part): Promise<Map<string, TypeRows>> {
  await mkdir(context.scratch, { recursive: true });
  const folder = await mkdtemp(join(context.scratch, 'part-'));
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${context.memoryMb}MB`,
    temp_directory: join(folder, 'spill'),
    // Rows are sorted in the end; keeping the order of reading costs memory.
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  try {
    await loadRaw(context, connection, folder, part.raw);
    const rows = new Map<string, TypeRows>();
    for (const table of context.tables) {
      const place = { objects: context.objects, connection, folder };
      const made = await compactType(place, part, table);
      if (made !== undefined) rows.set(table.type, made);
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
  { objects }: PartContext,
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
  await mapLimit(files, FETCHES, (path) => rm(path));
}
