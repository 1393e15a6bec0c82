import { type EventType, jsonSchemaOf } from '../pipeline/index.ts';
import { type Column, columnTypeOf } from './types.ts';

/** By what every table's objects are partitioned: the day and the hour of arrival, UTC. */
export const PARTITION_COLUMNS = ['dt', 'hour'] as const;

/** What the raw and the late table alike say of an event, in this order. */
const EVENT_COLUMNS: readonly Column[] = [
  { name: 'id', type: 'varchar' },
  { name: 'type', type: 'varchar' },
  { name: 'source', type: 'varchar' },
  { name: 'time', type: 'timestamp' },
  { name: 'arrival', type: 'timestamp' },
  { name: 'partition_key', type: 'varchar' },
  { name: 'pipeline', type: 'varchar' },
];

/** Every event as it came, of whatever type: see raw-row.ts. */
export const RAW_COLUMNS: readonly Column[] = [
  ...EVENT_COLUMNS,
  { name: 'shard', type: 'varchar' },
  { name: 'sequence', type: 'varchar' },
  { name: 'sub_sequence', type: 'bigint' },
  { name: 'data', type: 'varchar' },
  { name: 'attributes', type: 'varchar' },
  { name: 'redriven', type: 'varchar' },
];

/** What stages left out of windows because it came too late: see late-row.ts. */
export const LATE_COLUMNS: readonly Column[] = [
  { name: 'stage', type: 'varchar' },
  { name: 'reason', type: 'varchar' },
  ...EVENT_COLUMNS,
  { name: 'sequence', type: 'varchar' },
  { name: 'sub_sequence', type: 'bigint' },
  { name: 'watermark', type: 'timestamp' },
  { name: 'data', type: 'varchar' },
  { name: 'attributes', type: 'varchar' },
];

/** What windows came to, every revision: see result-row.ts. */
export const RESULT_COLUMNS: readonly Column[] = [
  { name: 'stage', type: 'varchar' },
  { name: 'key', type: 'varchar' },
  { name: 'window_start', type: 'timestamp' },
  { name: 'window_end', type: 'timestamp' },
  { name: 'revision', type: 'bigint' },
  { name: 'final', type: 'boolean' },
  { name: 'retracted', type: 'boolean' },
  { name: 'id', type: 'varchar' },
  { name: 'source', type: 'varchar' },
  { name: 'arrival', type: 'timestamp' },
  { name: 'pipeline', type: 'varchar' },
  { name: 'shard', type: 'varchar' },
  { name: 'sequence', type: 'varchar' },
  { name: 'sub_sequence', type: 'bigint' },
  { name: 'data', type: 'varchar' },
  { name: 'retracts', type: 'varchar' },
];

/** What could not be processed, by any stage: see streams/set-aside.ts. */
export const REJECTED_COLUMNS: readonly Column[] = [
  { name: 'stream', type: 'varchar' },
  { name: 'shard', type: 'varchar' },
  { name: 'sequence', type: 'varchar' },
  { name: 'sub', type: 'bigint' },
  { name: 'arrival', type: 'varchar' },
  { name: 'code', type: 'varchar' },
  { name: 'reason', type: 'varchar' },
  { name: 'bytes', type: 'varchar' },
  { name: 'partition_key', type: 'varchar' },
];

/** What the tables of event types keep of an event besides its data. */
export const ENVELOPE_COLUMNS: readonly Column[] = [
  { name: '_id', type: 'varchar' },
  { name: '_source', type: 'varchar' },
  { name: '_time', type: 'timestamp' },
  { name: '_arrival', type: 'timestamp' },
  { name: '_key', type: 'varchar' },
];

/** The table of an event type. */
export interface TypeTable {
  readonly name: string;
  readonly type: string;
  /** The fields of the data, in order of declaration. */
  readonly data: readonly Column[];
}

/** A declaration of which no table can be made; the message says what to change. */
export class LakeTableError extends Error {
  override readonly name = 'LakeTableError';
}

/** The name of an event type's table: SQL takes no hyphens in a name that is not quoted. */
export const tableName = (type: string): string => type.replaceAll('-', '_');

/**
 * The table of an event type: its columns are the fields of its data, typed by its schema.
 *
 * @throws LakeTableError when a field's name is one that the table needs for itself, or is another's in other letters
 */
export function typeTable(type: EventType): TypeTable {
  const taken = new Set<string>([...PARTITION_COLUMNS, ...ENVELOPE_COLUMNS.map(({ name }) => name)]);
  const data = Object.entries(jsonSchemaOf(type).properties ?? {}).map(([name, schema]) => {
    if (taken.has(name.toLowerCase())) {
      throw new LakeTableError(
        `type "${type.name}" has a field "${name}", which its table in the lake cannot have as a column: rename the field`,
      );
    }
    taken.add(name.toLowerCase());
    return { name, type: columnTypeOf(schema) };
  });
  return { name: tableName(type.name), type: type.name, data };
}
