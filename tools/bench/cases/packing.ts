import { gzipSync } from 'node:zlib';
import { cloudEventOf } from '../../../shared/events/cloudevents.ts';
import { encodeCompact } from '../../../shared/events/compact.ts';
import { schemaFingerprint } from '../../../shared/events/fingerprint.ts';
import { knownTypes } from '../../../shared/events/known-types.ts';
import { parseEventTime } from '../../../shared/events/time.ts';
import type { StreamEvent } from '../../../shared/events/types.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { aggregate } from '../kpl.ts';
import { cpuTime, interleave, median, type RoundsOptions } from '../rounds.ts';
import { generateTraffic } from '../traffic.ts';

export interface PackingOptions extends RoundsOptions {
  /** Events that are packed in every way. */
  readonly events: number;
}

/** What one way of packing comes to. */
export interface PackingRow {
  readonly format: string;
  readonly compressed: boolean;
  readonly perRecord: number;
  readonly bytesPerEvent: number;
  /** PUT payload units: 25 KB each, every record rounded up. */
  readonly unitsPerMillion: number;
  /** What a shard takes: 1 MB and 1,000 records a second, whichever is less. */
  readonly eventsPerShardSecond: number;
  /** What one Lambda invocation of 6 MB holds, its records in base64. */
  readonly eventsPerInvocation: number;
  /** CPU, from a record's bytes to its events. */
  readonly decodeNsPerEvent: number;
}

export interface PackingResult {
  readonly kind: 'packing';
  readonly rows: readonly PackingRow[];
}

/** @see https://aws.amazon.com/kinesis/data-streams/pricing/ */
const PAYLOAD_UNIT = 25 * 1024;
/** @see https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const SHARD_BYTES = 1024 * 1024;
const SHARD_RECORDS = 1_000;
const MAX_RECORD = 1024 * 1024;
const INVOCATION = 6 * 1024 * 1024;
/** What Lambda writes around a record's data. */
const ENVELOPE = 450;
const LANE_KEY = 'lane-12';

interface Way {
  readonly format: string;
  readonly perRecord: number;
  readonly encode: (events: readonly StreamEvent[]) => Buffer;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const cloudEvents = (events: readonly StreamEvent[]) => json(events.map(cloudEventOf));
const fingerprint = schemaFingerprint(traffic);
const compact = (events: readonly StreamEvent[]) => encodeCompact(events, fingerprint);
const single = ([event]: readonly StreamEvent[]) => json(cloudEventOf(event as StreamEvent));
const kpl = (events: readonly StreamEvent[]) =>
  aggregate(events.map((event) => ({ partitionKey: event.key, data: json(cloudEventOf(event)) })));

const WAYS: readonly Way[] = [
  { format: 'CloudEvents, one to a record', perRecord: 1, encode: single },
  { format: 'KPL of CloudEvents', perRecord: 40, encode: kpl },
  { format: 'CloudEvents batch', perRecord: 40, encode: cloudEvents },
  { format: 'compact batch', perRecord: 40, encode: compact },
  { format: 'KPL of CloudEvents', perRecord: 500, encode: kpl },
  { format: 'CloudEvents batch', perRecord: 500, encode: cloudEvents },
  { format: 'compact batch', perRecord: 500, encode: compact },
];

/** Packs the same events in every way that consumers read: what it costs on the way in, and to read. */
export async function packing({ events: count, ...rounds }: PackingOptions): Promise<PackingResult> {
  const events = [...generateTraffic({ events: count, duplicates: 0 })].map(eventOf);
  const ways = WAYS.flatMap((way) => [
    { ...way, compressed: false },
    { ...way, compressed: true, encode: (part: readonly StreamEvent[]) => gzipSync(way.encode(part)) },
  ]).map((way) => ({ ...way, records: recordsOf(events, way) }));
  const contestants = ways.map(({ records }, index) => ({
    name: String(index),
    run: () => decodeAll(records, count),
  }));
  const times = await interleave(contestants, forever(), rounds, cpuTime);
  return {
    kind: 'packing',
    rows: ways.map(({ format, compressed, perRecord, records }, index) => ({
      format,
      compressed,
      perRecord,
      decodeNsPerEvent: (median(times.get(String(index)) ?? []) * 1e6) / count,
      ...costOf(records, count),
    })),
  };
}

/** What records of so many events cost. */
export function costOf(records: readonly Buffer[], events: number) {
  const key = LANE_KEY.length;
  const bytes = records.reduce((sum, { length }) => sum + length + key, 0);
  const units = records.reduce((sum, { length }) => sum + Math.ceil((length + key) / PAYLOAD_UNIT), 0);
  const invocation = records.reduce((sum, { length }) => sum + Math.ceil(length / 3) * 4 + ENVELOPE, 0);
  return {
    bytesPerEvent: bytes / events,
    unitsPerMillion: (units / events) * 1e6,
    eventsPerShardSecond: Math.min(SHARD_BYTES / (bytes / events), SHARD_RECORDS * (events / records.length)),
    eventsPerInvocation: INVOCATION / (invocation / events),
  };
}

function recordsOf(events: readonly StreamEvent[], { perRecord, encode }: Way): Buffer[] {
  const records = Array.from({ length: Math.ceil(events.length / perRecord) }, (_, at) =>
    encode(events.slice(at * perRecord, (at + 1) * perRecord)),
  );
  if (records.some(({ length }) => length > MAX_RECORD))
    throw new RangeError('a record is too large for Kinesis');
  return records;
}

function decodeAll(records: readonly Buffer[], events: number): void {
  let seen = 0;
  const visitor = {
    event: () => {
      seen++;
    },
    undecodable: (_: number, reason: string) => {
      throw new Error(reason);
    },
  };
  const types = knownTypes([traffic]);
  for (const record of records) decodeRecord(record, visitor, { types });
  if (seen !== events) throw new Error(`${seen} events of ${events} were decoded`);
}

function eventOf(line: string): StreamEvent {
  const data = JSON.parse(line) as { event_id: string; device: string; ts: number };
  const time = parseEventTime(data.ts) as StreamEvent['time'];
  return {
    type: traffic.name,
    source: `/v1/events/${traffic.name}`,
    id: data.event_id,
    time,
    key: data.device,
    data,
  };
}

function* forever(): Generator<undefined, never> {
  for (;;) yield undefined;
}
