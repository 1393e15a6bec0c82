import type { EventType } from '../pipeline/index.ts';
import { CURATED_PREFIX, LATE_PREFIX, RAW_PREFIX, RESULTS_PREFIX } from './layout.ts';
import { typedRows } from './sql.ts';
import {
  ENVELOPE_COLUMNS,
  LATE_COLUMNS,
  RAW_COLUMNS,
  REJECTED_COLUMNS,
  RESULT_COLUMNS,
  type TypeTable,
  tableName,
  typeTable,
} from './tables.ts';
import { type Column, duckdbType, quoteName, quoteText } from './types.ts';

/** What the tables of a lake are read from: patterns of keys, by table. */
const landedPattern = (prefix: string): string => `${prefix}dt=*/hour=*/*.json.gz`;
export const RAW_PATTERN = landedPattern(RAW_PREFIX);
export const LATE_PATTERN = landedPattern(LATE_PREFIX);
export const RESULTS_PATTERN = landedPattern(RESULTS_PREFIX);
export const REJECTED_PATTERN = 'rejected/stage=*/dt=*/*.json';
export const curatedPattern = (type: string): string => `${CURATED_PREFIX}${type}/dt=*/hour=*/*.parquet`;

/** The files of a lake that DuckDB can read where they lie. Reading none is an error to it, so it is told what there is. */
export interface LakeFiles {
  /** Absolute path of the bucket's folder. */
  readonly root: string;
  readonly hasRaw: boolean;
  readonly hasLate: boolean;
  readonly hasResults: boolean;
  readonly hasRejected: boolean;
  /** By event type. */
  readonly types: ReadonlyMap<string, TypeFiles>;
}

/** Where the events of a type are; absolute paths. */
export interface TypeFiles {
  readonly curated: readonly string[];
  /** Raw files that are not compacted yet. */
  readonly pending: readonly string[];
  /** The curated files in which those may have been already. */
  readonly neighbours: readonly string[];
}

/**
 * SQL that makes the tables of a lake in a DuckDB database: `raw`, `late`, `results`, `rejected` and one per event type, as Athena
 * shows them. A type's table has the curated rows, and those of the hours that are not compacted yet.
 */
export function lakeViews(files: LakeFiles, types: readonly EventType[]): string[] {
  const all = (pattern: string, is: boolean) => (is ? quoteText(`${files.root}/${pattern}`) : undefined);
  return [
    "SET TimeZone = 'UTC'",
    ...TRINO_NAMES,
    view('raw', landedRows(all(RAW_PATTERN, files.hasRaw), RAW_COLUMNS)),
    view('late', landedRows(all(LATE_PATTERN, files.hasLate), LATE_COLUMNS)),
    view('results', landedRows(all(RESULTS_PATTERN, files.hasResults), RESULT_COLUMNS)),
    view('rejected', rejectedRows(files)),
    ...types
      .map(typeTable)
      .map((table) => view(table.name, typeRows(files.types.get(table.type) ?? NO_FILES, table))),
  ];
}

const NO_FILES: TypeFiles = { curated: [], pending: [], neighbours: [] };

/** Functions that Athena has under another name: so that one statement runs on both. */
const TRINO_NAMES: readonly string[] = [
  'CREATE MACRO json_extract_scalar(json, path) AS json_extract_string(json, path)',
  'CREATE MACRO json_format(json) AS CAST(json AS VARCHAR)',
  'CREATE MACRO from_utf8(bytes) AS decode(bytes)',
  'CREATE MACRO is_finite(value) AS isfinite(value)',
  'CREATE MACRO approx_distinct(value) AS approx_count_distinct(value)',
  'CREATE MACRO approx_percentile(value, part) AS approx_quantile(value, part)',
  'CREATE MACRO from_unixtime(seconds) AS to_timestamp(seconds)',
];

const view = (name: string, rows: string): string => `CREATE VIEW ${quoteName(name)} AS ${rows}`;

const HOURLY: readonly Column[] = [
  { name: 'dt', type: 'varchar' },
  { name: 'hour', type: 'bigint' },
];
const PARTITIONS = 'hive_partitioning = true, hive_types = {dt: DATE, hour: INTEGER}';

/** @param paths - in SQL; `undefined` where there are none */
function landedRows(paths: string | undefined, columns: readonly Column[]): string {
  if (paths === undefined) return empty([...columns, ...HOURLY]);
  const options = `format = 'newline_delimited', compression = 'gzip', ${PARTITIONS}`;
  return `SELECT * FROM read_json(${paths}, columns = ${struct(columns)}, ${options})`;
}

function rejectedRows({ root, hasRejected }: LakeFiles): string {
  const columns = [...REJECTED_COLUMNS, { name: 'stage', type: 'varchar' }, HOURLY[0] as Column] as const;
  if (!hasRejected) return empty(columns);
  const path = quoteText(`${root}/${REJECTED_PATTERN}`);
  const options =
    "format = 'newline_delimited', hive_partitioning = true, hive_types = {dt: DATE, stage: VARCHAR}";
  return `SELECT * FROM read_json(${path}, columns = ${struct(REJECTED_COLUMNS)}, ${options})`;
}

function typeRows({ curated, pending, neighbours }: TypeFiles, table: TypeTable): string {
  // It says which columns there are: a field that the schema was given later is null in the files from before.
  const parts = [empty([...ENVELOPE_COLUMNS, ...table.data, ...HOURLY])];
  if (curated.length > 0) {
    parts.push(`SELECT * FROM read_parquet(${list(curated)}, union_by_name = true, ${PARTITIONS})`);
  }
  if (pending.length > 0) {
    const rows = `SELECT * FROM (${typedRows(table, `(${landedRows(list(pending), RAW_COLUMNS)})`)})`;
    const once = `ANTI JOIN (SELECT _source, _id FROM read_parquet(${list(neighbours)})) USING (_source, _id)`;
    parts.push(neighbours.length > 0 ? `${rows} ${once}` : rows);
  }
  return parts.map((part) => `(${part})`).join(' UNION ALL BY NAME ');
}

/** A relation without rows that says which columns there are, and in which order. */
function empty(columns: readonly Column[]): string {
  const types = new Map([
    ['dt', 'DATE'],
    ['hour', 'INTEGER'],
  ]);
  const nothing = columns.map(
    ({ name, type }) => `NULL::${types.get(name) ?? duckdbType(type)} AS ${quoteName(name)}`,
  );
  return `SELECT ${nothing.join(', ')} WHERE false`;
}

const struct = (columns: readonly Column[]): string =>
  `{${columns.map(({ name, type }) => `${name}: ${quoteText(duckdbType(type))}`).join(', ')}}`;

const list = (paths: readonly string[]): string => `[${paths.map(quoteText).join(', ')}]`;

/** The names of all tables of a lake. */
export const tableNames = (types: readonly EventType[]): string[] => [
  'raw',
  'rejected',
  ...types.map(({ name }) => tableName(name)),
];
