import type { EventType } from '../pipeline/index.ts';
import { typedRows } from './sql.ts';
import {
  ENVELOPE_COLUMNS,
  RAW_COLUMNS,
  REJECTED_COLUMNS,
  type TypeTable,
  tableName,
  typeTable,
} from './tables.ts';
import { type Column, duckdbType, quoteName, quoteText } from './types.ts';

const RAW_PATTERN = 'raw/dt=*/hour=*/*.json.gz';
const REJECTED_PATTERN = 'rejected/stage=*/dt=*/*.json';
const curatedPattern = (type: string): string => `events/${type}/dt=*/hour=*/*.parquet`;

/** The files of a lake that DuckDB can read where they lie. */
export interface LakeFiles {
  /** Absolute path of the bucket's folder. */
  readonly root: string;
  /** The patterns of {@link lakePatterns} that some object's key matches: reading none is an error to DuckDB. */
  readonly present: ReadonlySet<string>;
}

/** The patterns of the keys that the tables are read from. */
export const lakePatterns = (types: readonly EventType[]): string[] => [
  RAW_PATTERN,
  REJECTED_PATTERN,
  ...types.map(({ name }) => curatedPattern(name)),
];

/**
 * SQL that makes the tables of a lake in a DuckDB database: `raw`, `rejected` and one per event type, as Athena shows them. A
 * type's table has the curated rows, and those of the hours that are not compacted yet.
 */
export function lakeViews(files: LakeFiles, types: readonly EventType[]): string[] {
  return [
    "SET TimeZone = 'UTC'",
    ...TRINO_NAMES,
    view('raw', rawRows(files)),
    view('rejected', rejectedRows(files)),
    ...types.map(typeTable).map((table) => view(table.name, typeRows(files, table))),
  ];
}

/** Functions that Athena has under another name: so that one statement runs on both. */
const TRINO_NAMES: readonly string[] = [
  'CREATE MACRO json_extract_scalar(json, path) AS json_extract_string(json, path)',
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

function rawRows(files: LakeFiles): string {
  if (!files.present.has(RAW_PATTERN)) return empty([...RAW_COLUMNS, ...HOURLY]);
  const options = `format = 'newline_delimited', compression = 'gzip', ${PARTITIONS}`;
  return `SELECT * FROM read_json(${path(files, RAW_PATTERN)}, columns = ${struct(RAW_COLUMNS)}, ${options})`;
}

function rejectedRows(files: LakeFiles): string {
  const columns = [...REJECTED_COLUMNS, { name: 'stage', type: 'varchar' }, HOURLY[0] as Column] as const;
  if (!files.present.has(REJECTED_PATTERN)) return empty(columns);
  const options =
    "format = 'newline_delimited', hive_partitioning = true, hive_types = {dt: DATE, stage: VARCHAR}";
  return `SELECT * FROM read_json(${path(files, REJECTED_PATTERN)}, columns = ${struct(REJECTED_COLUMNS)}, ${options})`;
}

function typeRows(files: LakeFiles, table: TypeTable): string {
  const columns = [...ENVELOPE_COLUMNS, ...table.data, ...HOURLY];
  const pattern = curatedPattern(table.type);
  if (!files.present.has(pattern)) return `${empty(columns)} UNION ALL BY NAME (${typedRows(table, 'raw')})`;
  const curated = `read_parquet(${path(files, pattern)}, union_by_name = true, ${PARTITIONS})`;
  // A field that the schema was given later is null in the files from before.
  return `${empty(columns)} UNION ALL BY NAME (SELECT * FROM ${curated}) UNION ALL BY NAME (
    ${typedRows(table, `(SELECT * FROM raw WHERE (dt, hour) NOT IN (SELECT DISTINCT (dt, hour) FROM ${curated}))`)})`;
}

/** A relation without rows that says which columns there are, and in which order. */
function empty(columns: readonly Column[]): string {
  const types: Readonly<Record<string, string>> = { dt: 'DATE', hour: 'INTEGER' };
  const nothing = columns.map(
    ({ name, type }) => `NULL::${types[name] ?? duckdbType(type)} AS ${quoteName(name)}`,
  );
  return `SELECT ${nothing.join(', ')} WHERE false`;
}

const struct = (columns: readonly Column[]): string =>
  `{${columns.map(({ name, type }) => `${name}: ${quoteText(duckdbType(type))}`).join(', ')}}`;

const path = ({ root }: LakeFiles, pattern: string): string => quoteText(`${root}/${pattern}`);

/** The names of all tables of a lake. */
export const tableNames = (types: readonly EventType[]): string[] => [
  'raw',
  'rejected',
  ...types.map(({ name }) => tableName(name)),
];
