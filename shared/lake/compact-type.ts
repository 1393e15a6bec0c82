import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Part } from './compact-part.ts';
import {
  curatedFolder,
  curatedKey,
  hourNamed,
  hourOf,
  leftOutFolder,
  leftOutKey,
  partitionOf,
  partOf,
} from './layout.ts';
import type { LakeObjects } from './object-store.ts';
import { typedRows } from './sql.ts';
import type { TypeTable } from './tables.ts';
import { quoteText } from './types.ts';

/** Where a part is compacted: its raw rows are in the connection's table `raw`. */
interface Place {
  readonly objects: LakeObjects;
  readonly connection: DuckDBConnection;
  /** For temporary files. */
  readonly folder: string;
}

/** What a type has in a part. */
export interface TypeRows {
  /** Rows of its curated file. */
  readonly rows: number;
  /** Events that are left out of it, since a part or an hour before has them. */
  readonly leftOut: number;
}

/** Rows per row group of the files: what a query that looks for a span of event time can skip. */
const ROW_GROUP = 122_880;
/** Names in the files' own metadata of the raw objects that they were made of: keys after one, up to another. */
export const COVERED = { after: 'millrace.after', upTo: 'millrace.upto' } as const;

/**
 * Makes the curated file of one type. What it leaves out is noted first: then whoever looks for an event finds it in one of
 * the two, at any moment.
 *
 * @returns `undefined` where the type has nothing, and never had
 */
export async function compactType(place: Place, part: Part, table: TypeTable): Promise<TypeRows | undefined> {
  const { objects, connection, folder } = place;
  const partition = partitionOf(part.hour);
  const key = curatedKey(table.type, partition, part.number);
  const noteKey = leftOutKey(table.type, partition, part.number);
  const exists = async (wanted: string) => (await objects.list(wanted)).some((found) => found.key === wanted);

  const leftOut = await findRepetitions(place, part, table);
  if (leftOut > 0 || (await exists(noteKey))) {
    const note = join(folder, 'left-out.parquet');
    await connection.run(`COPY left_out TO ${quoteText(note)} (FORMAT parquet, COMPRESSION zstd)`);
    await objects.replace(noteKey, note);
  }
  const path = join(folder, 'curated.parquet');
  const covered = `{${quoteText(COVERED.after)}: ${quoteText(part.after)}, ${quoteText(COVERED.upTo)}: ${quoteText(part.upTo)}}`;
  // The partition is in the key, where every reader looks for it.
  const copied = await connection.runAndReadAll(
    `COPY (SELECT * EXCLUDE (dt, hour) FROM (${typedRows(table, 'raw')}) ANTI JOIN left_out USING (_source, _id)
       ORDER BY _time, _key, _source, _id)
     TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${ROW_GROUP}, KV_METADATA ${covered})`,
  );
  const rows = Number(copied.getRows()[0]?.[0] ?? 0);
  if (rows === 0 && leftOut === 0 && !(await exists(key))) return undefined;
  await objects.replace(key, path);
  return { rows, leftOut };
}

/** Fills the table `left_out` with the ids of the type's events that are elsewhere already, and counts them. */
async function findRepetitions(place: Place, part: Part, { type }: TypeTable): Promise<number> {
  const { connection, folder } = place;
  await connection.run('CREATE OR REPLACE TEMP TABLE left_out (_source VARCHAR, _id VARCHAR)');
  const earlier = await fetchEarlier(place, part, type);
  for (const path of earlier) {
    await connection.run(
      `INSERT INTO left_out SELECT DISTINCT source, id FROM raw
         SEMI JOIN read_parquet(${quoteText(path)}) AS earlier
         ON raw.source = earlier._source AND raw.id = earlier._id
       WHERE raw.type = ${quoteText(type)} AND (source, id) NOT IN (SELECT (_source, _id) FROM left_out)`,
    );
    await rm(path);
  }
  await rm(join(folder, 'left-out.parquet'), { force: true });
  const { rows } = { rows: (await connection.runAndReadAll('SELECT count(*) FROM left_out')).getRows() };
  return Number(rows[0]?.[0] ?? 0);
}

/**
 * Fetches what says which events are elsewhere: the files of the parts before this one and of the hour before, and, where the
 * part has events that were put back into their stream, of the hours in which they had come first.
 */
async function fetchEarlier(place: Place, part: Part, type: string): Promise<string[]> {
  const { objects, folder } = place;
  const paths: string[] = [];
  for (const hour of new Set([hourOf(part.hour - 1), part.hour, ...(await hoursPutBackFrom(place, type))])) {
    if (hour > part.hour) continue;
    const partition = partitionOf(hour);
    for (const prefix of [curatedFolder(type, partition), leftOutFolder(type, partition)]) {
      for (const { key } of await objects.list(prefix)) {
        if (hour === part.hour && partOf(key) >= part.number) continue;
        const path = join(folder, `earlier-${paths.length}.parquet`);
        await objects.fetch(key, path);
        paths.push(path);
      }
    }
  }
  return paths;
}

async function hoursPutBackFrom({ connection }: Place, type: string): Promise<number[]> {
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT split_part(redriven, ' ', 1) FROM raw WHERE redriven IS NOT NULL AND type = ${quoteText(type)}`,
  );
  return found.getRows().flatMap(([name]) => hourNamed(String(name)) ?? []);
}
