import { isExtra } from './cloudevents.ts';
import { parseJson } from './json.ts';
import type { KnownTypes } from './known-types.ts';
import { isNestedDeeper, MAX_NESTING, TOO_DEEP } from './nesting.ts';
import { show } from './show.ts';
import { parseEventTime } from './time.ts';
import type { EventVisitor, StreamEvent } from './types.ts';
import { unicodeProblem } from './unicode.ts';

/**
 * The compact batch: `MR1`, then `{"type", "source", "schema"?, "rows": [[id, time in ms, key, data, extra?], ...]}` as JSON.
 * What CloudEvents repeats in every event costs 40% of a consumer's CPU; here the events of a record share it.
 */
export const COMPACT_MAGIC = 'MR1';

/** What the events of one compact batch have in common. */
export interface CompactHeader {
  readonly type: string;
  readonly source: string;
  /** The fingerprint of the schema that the data of every event was validated against. */
  readonly schema?: string;
}

/** Writes one event as a row: JSON, to be joined by {@link joinRows}. Its bytes are what the event adds to a batch, less one. */
export function compactRow(event: Omit<StreamEvent, 'type' | 'source'>): string {
  const { id, time, key, data, extra } = event;
  return JSON.stringify(extra === undefined ? [id, time, key, data] : [id, time, key, data, extra]);
}

/** A batch of rows written by {@link compactRow}. */
export function joinRows({ type, source, schema }: CompactHeader, rows: readonly string[]): Buffer {
  const header = JSON.stringify({ type, source, schema });
  return Buffer.from(`${COMPACT_MAGIC}${header.slice(0, -1)},"rows":[${rows.join(',')}]}`);
}

/**
 * Writes events as one compact batch.
 *
 * @param events - at least one; all of the same type and source
 * @throws RangeError when they are not
 */
export function encodeCompact(events: readonly StreamEvent[], schema?: string): Buffer {
  const [first] = events;
  if (first === undefined) throw new RangeError('a compact batch needs an event');
  const { type, source } = first;
  if (events.some((event) => event.type !== type || event.source !== source)) {
    throw new RangeError('the events of a compact batch share their type and source');
  }
  return joinRows({ type, source, schema }, events.map(compactRow));
}

/**
 * Reads a compact batch. A batch that cannot be read at all is one item that is undecodable; a row that cannot, is
 * rejected as a batch of its own.
 *
 * @returns the `sub` that follows the batch's last
 */
export function visitCompact(
  bytes: Buffer,
  first: number,
  visitor: Pick<EventVisitor, 'event'>,
  rejects: Pick<EventVisitor, 'undecodable'>,
  types: KnownTypes | undefined,
): number {
  const batch = readBatch(bytes);
  if (typeof batch === 'string') {
    rejects.undecodable(first, `not a compact batch: ${batch}`, bytes);
    return first + 1;
  }
  const { type, source, schema, rows, isSuspect } = batch;
  const trusted = schema !== undefined && schema === types?.get(type)?.fingerprint;
  let sub = first;
  for (const row of rows) {
    const notUnicode = isSuspect ? unicodeProblem(named(row))?.reason : undefined;
    const reason = notUnicode ?? visitRow(row, sub, type, source, trusted, visitor);
    if (reason !== undefined) {
      rejects.undecodable(sub, `row of a compact batch: ${reason}`, rowBytes(batch, row) ?? bytes);
    }
    sub++;
  }
  return sub;
}

interface Batch extends CompactHeader {
  /** Whether its rows have to be looked at for texts that are not Unicode. */
  readonly isSuspect: boolean;
  readonly rows: readonly unknown[];
}

function readBatch(bytes: Buffer): Batch | string {
  const parsed = parseJson(bytes, COMPACT_MAGIC.length);
  if ('reason' in parsed) return parsed.reason;
  const { value, isSuspect } = parsed;
  if (typeof value !== 'object' || value === null) return `must be an object; got ${show(value)}`;
  const { type, source, schema, rows } = value as Record<string, unknown>;
  if (typeof type !== 'string' || type === '') return `type must be a text; got ${show(type)}`;
  if (typeof source !== 'string' || source === '') return `source must be a text; got ${show(source)}`;
  if (schema !== undefined && typeof schema !== 'string') return `schema must be a text; got ${show(schema)}`;
  if (!Array.isArray(rows)) return `rows must be a list; got ${show(rows)}`;
  const notUnicode = isSuspect ? unicodeProblem({ type, source, schema }) : undefined;
  return notUnicode?.reason ?? { type, source, schema, rows, isSuspect };
}

/** A row with names for its elements, for reasons to say. */
const named = (row: unknown): unknown =>
  Array.isArray(row) ? { id: row[0], key: row[2], data: row[3], extra: row[4] } : row;

function visitRow(
  row: unknown,
  sub: number,
  type: string,
  source: string,
  trusted: boolean,
  visitor: Pick<EventVisitor, 'event'>,
): string | undefined {
  if (!Array.isArray(row)) return `must be a list; got ${show(row)}`;
  if (row.length !== 4 && row.length !== 5) return `must have 4 or 5 elements; got ${row.length}`;
  const id: unknown = row[0];
  const key: unknown = row[2];
  const data: unknown = row[3];
  if (typeof id !== 'string' || id === '') return `id must be a text that is not empty; got ${show(id)}`;
  const time = typeof row[1] === 'number' ? parseEventTime(row[1]) : undefined;
  if (time === undefined) return `time must be epoch milliseconds; got ${show(row[1])}`;
  if (typeof key !== 'string' || key === '') return `key must be a text that is not empty; got ${show(key)}`;
  // One level less than the whole event may have in CloudEvents form.
  if (isNestedDeeper(data, MAX_NESTING - 1)) return TOO_DEEP;
  let extra: Readonly<Record<string, unknown>> | undefined;
  if (row.length === 5) {
    const given: unknown = row[4];
    if (isNestedDeeper(given)) return TOO_DEEP;
    if (!isExtra(given, time)) return 'extra must be an object of attributes that the row does not hold';
    extra = given;
  }
  visitor.event(sub, type, source, id, time, key, data, trusted, extra);
  return undefined;
}

/** A batch of one row: what is set aside can be repaired and sent again. */
function rowBytes({ rows, isSuspect, ...header }: Batch, row: unknown): Buffer | undefined {
  // Writing is recursive where reading is not: a row nested too deep cannot be written.
  return isNestedDeeper(row) ? undefined : joinRows(header, [JSON.stringify(row)]);
}
