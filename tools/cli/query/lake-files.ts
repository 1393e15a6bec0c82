import type { DuckDBConnection } from '@duckdb/node-api';
import { COVERED } from '../../../shared/lake/compact-type.ts';
import { hourOf, hourOfCuratedKey, hourOfRawKey } from '../../../shared/lake/layout.ts';
import { quoteText } from '../../../shared/lake/types.ts';
import {
  curatedPattern,
  LATE_PATTERN,
  type LakeFiles,
  RAW_PATTERN,
  REJECTED_PATTERN,
  RESULTS_PATTERN,
  type TypeFiles,
} from '../../../shared/lake/views.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';

/** A curated file and what it was made of: the raw objects of its hour whose keys lie after one and up to another. */
interface CuratedFile {
  readonly path: string;
  readonly hour: number;
  readonly after: string;
  readonly upTo: string;
}

/** Looks which files a lake's bucket has, and which raw ones the curated ones leave out. */
export async function findLakeFiles(
  connection: DuckDBConnection,
  root: string,
  types: readonly EventType[],
): Promise<LakeFiles> {
  const glob = async (pattern: string) =>
    (await rowsOf(connection, `SELECT file FROM glob(${quoteText(`${root}/${pattern}`)}) ORDER BY file`)).map(
      ([file]) => String(file),
    );
  const raw = await glob(RAW_PATTERN);
  const byType = new Map<string, TypeFiles>();
  for (const { name } of types) {
    const curated = await glob(curatedPattern(name));
    byType.set(name, typeFiles(root, raw, await readCovered(connection, root, curated)));
  }
  return {
    root,
    hasRaw: raw.length > 0,
    hasLate: (await glob(LATE_PATTERN)).length > 0,
    hasResults: (await glob(RESULTS_PATTERN)).length > 0,
    hasRejected: (await glob(REJECTED_PATTERN)).length > 0,
    types: byType,
  };
}

/** An hour's raw objects may be compacted for one type and not yet for another, and so may a part of them. */
function typeFiles(root: string, raw: readonly string[], curated: readonly CuratedFile[]): TypeFiles {
  const byHour = new Map<number, CuratedFile[]>();
  for (const file of curated) byHour.set(file.hour, [...(byHour.get(file.hour) ?? []), file]);
  const pending: string[] = [];
  const near = new Set<CuratedFile>();
  for (const path of raw) {
    const key = path.slice(root.length + 1);
    const hour = hourOfRawKey(key);
    if (hour === undefined) continue;
    const same = byHour.get(hour) ?? [];
    if (same.some(({ after, upTo }) => key > after && (upTo === '' || key <= upTo))) continue;
    pending.push(path);
    for (const file of [...same, ...(byHour.get(hourOf(hour - 1)) ?? [])]) near.add(file);
  }
  const paths = (files: Iterable<CuratedFile>) => [...files].map(({ path }) => path);
  return { curated: paths(curated), pending, neighbours: paths(near) };
}

async function readCovered(
  connection: DuckDBConnection,
  root: string,
  paths: readonly string[],
): Promise<CuratedFile[]> {
  if (paths.length === 0) return [];
  const found = await rowsOf(
    connection,
    `SELECT file_name, decode(key), decode(value) FROM parquet_kv_metadata([${paths.map(quoteText).join(', ')}])`,
  );
  const values = new Map(found.map(([path, name, value]) => [`${path} ${name}`, String(value)]));
  return paths.map((path) => ({
    path,
    hour: hourOfCuratedKey(path.slice(root.length + 1)) ?? 0,
    after: values.get(`${path} ${COVERED.after}`) ?? '',
    upTo: values.get(`${path} ${COVERED.upTo}`) ?? '',
  }));
}

const rowsOf = async (connection: DuckDBConnection, sql: string) =>
  (await connection.runAndReadAll(sql)).getRows();
