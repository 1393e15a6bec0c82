import { gzipSync } from 'node:zlib';
import { cloudEventOf } from '../events/cloudevents.ts';
import { type CompactHeader, compactRow, joinRows } from '../events/compact.ts';
import type { StreamEvent } from '../events/types.ts';
import { type LaneRecord, laneRecord } from './lane-record.ts';
import { laneOf } from './lanes.ts';

/** How events are packed. */
export interface PackOptions {
  /** Number of lanes of the stream. */
  readonly lanes: number;
  /** The fingerprint of the schema that events of a type were validated against, where they were. */
  readonly schemaOf?: (type: string) => string | undefined;
  /** Events in one record at most. */
  readonly maxEvents?: number;
  /** Bytes of one record at most, headers aside; an event that exceeds them alone is not packed. */
  readonly maxBytes?: number;
}

/** A record of one lane, and which events it carries. */
export interface PackedRecord extends LaneRecord {
  /** Indexes of the events given, ascending. */
  readonly events: readonly number[];
}

/** Every event is either in one of the records or oversize. */
export interface Packed {
  readonly records: readonly PackedRecord[];
  /** Indexes of events that are too large for any record. */
  readonly oversize: readonly number[];
}

/**
 * Beyond some 40 events a record's own cost to a consumer is spread thin. Larger ones still save a hot lane round trips,
 * for it sends one record at a time.
 */
const MAX_EVENTS = 500;
/** So that the 6 MB of one Lambda invocation (base64 inside) hold a good dozen records even if all are this large. */
const MAX_BYTES = 256 * 1024;
/**
 * What Kinesis counts a put in.
 *
 * @see https://aws.amazon.com/kinesis/data-streams/pricing/
 */
const PAYLOAD_UNIT = 25 * 1024;

/**
 * Groups events by lane into records of bounded size. Within a lane, events stay in the order given: so do those of every
 * partition key. A lane whose events share type and source becomes compact batches, any other CloudEvents batches; large ones are
 * compressed.
 */
export function packEvents(events: readonly StreamEvent[], options: PackOptions): Packed {
  const { lanes } = options;
  const byLane = new Map<number, number[]>();
  for (const [index, { key }] of events.entries()) {
    const lane = laneOf(key, lanes);
    const indexes = byLane.get(lane);
    if (indexes === undefined) byLane.set(lane, [index]);
    else indexes.push(index);
  }
  const records: PackedRecord[] = [];
  const oversize: number[] = [];
  for (const [lane, indexes] of byLane) packLane(events, indexes, lane, options, records, oversize);
  return { records, oversize: oversize.sort((a, b) => a - b) };
}

function packLane(
  events: readonly StreamEvent[],
  indexes: readonly number[],
  lane: number,
  options: PackOptions,
  records: PackedRecord[],
  oversize: number[],
): void {
  const { lanes, maxEvents = MAX_EVENTS, maxBytes = MAX_BYTES } = options;
  const format = formatOf(events, indexes, options);
  let rows: string[] = [];
  let packed: number[] = [];
  let bytes = 0;
  const flush = () => {
    if (rows.length === 0) return;
    records.push({ ...laneRecord(lane, lanes, compressed(format.join(rows))), events: packed });
    rows = [];
    packed = [];
    bytes = 0;
  };
  for (const index of indexes) {
    const row = format.row(events[index] as StreamEvent);
    // One more for the comma.
    const size = Buffer.byteLength(row) + 1;
    if (size > maxBytes) {
      oversize.push(index);
      continue;
    }
    if (rows.length === maxEvents || bytes + size > maxBytes) flush();
    rows.push(row);
    packed.push(index);
    bytes += size;
  }
  flush();
}

/**
 * Compresses a record that takes fewer payload units then (docs/decisions/0038). Level 1: what the next ones gain is not worth their
 * time.
 */
function compressed(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= PAYLOAD_UNIT) return bytes;
  const smaller = gzipSync(bytes, { level: 1 });
  return unitsOf(smaller) < unitsOf(bytes) ? smaller : bytes;
}

const unitsOf = (bytes: Uint8Array): number => Math.ceil(bytes.length / PAYLOAD_UNIT);

/** How the events of a lane are written: each as a text, and these joined. */
interface Format {
  row(event: StreamEvent): string;
  join(rows: readonly string[]): Uint8Array;
}

const CLOUDEVENTS_BATCH: Format = {
  row: (event) => JSON.stringify(cloudEventOf(event)),
  join: (rows) => Buffer.from(`[${rows.join(',')}]`),
};

function formatOf(events: readonly StreamEvent[], indexes: readonly number[], options: PackOptions): Format {
  const { type, source } = events[indexes[0] as number] as StreamEvent;
  for (const index of indexes) {
    const event = events[index] as StreamEvent;
    if (event.type !== type || event.source !== source) return CLOUDEVENTS_BATCH;
  }
  const header: CompactHeader = { type, source, schema: options.schemaOf?.(type) };
  return { row: compactRow, join: (rows) => joinRows(header, rows) };
}
