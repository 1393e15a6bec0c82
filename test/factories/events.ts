import { createRequire } from 'node:module';
import { cloudEventOf } from '../../shared/events/cloudevents.ts';
import type { EventVisitor, StreamEvent } from '../../shared/events/types.ts';
import { type DecodeOptions, decodeRecord } from '../../shared/streams/decode.ts';

/** Valid data of the sample type `network-traffic`. */
export const trafficData = (data: Record<string, unknown> = {}): Record<string, unknown> => ({
  device: 'sensor-1',
  ip: '10.0.0.1',
  receive_bytes: 1200,
  send_bytes: 300,
  receive_packets: 3,
  send_packets: 2,
  ts: 1_767_225_600_000,
  ...data,
});

export const streamEvent = (event: Partial<StreamEvent> = {}): StreamEvent => ({
  type: 'network-traffic',
  source: '/test/fleet',
  id: 'event-1',
  time: 1_767_225_600_000,
  key: 'sensor-1',
  data: trafficData(),
  ...event,
});

/** Events with ids `event-0`, `event-1`, ... one second apart. */
export const streamEvents = (count: number, event: Partial<StreamEvent> = {}): StreamEvent[] =>
  Array.from({ length: count }, (_, index) =>
    streamEvent({ id: `event-${index}`, time: 1_767_225_600_000 + index * 1000, ...event }),
  );

/** The CloudEvents form of an event, with attributes changed, added, or (`undefined`) left out. */
export const cloudEvent = (attributes: Record<string, unknown> = {}, event: Partial<StreamEvent> = {}) =>
  JSON.parse(JSON.stringify({ ...cloudEventOf(streamEvent(event)), ...attributes })) as Record<
    string,
    unknown
  >;

export const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** One item of a decoded record. */
export type Item =
  | { readonly sub: number; readonly event: StreamEvent; readonly trusted: boolean }
  | { readonly sub: number; readonly reason: string; readonly bytes: Uint8Array };

/** A visitor that keeps everything. */
export class Collector implements EventVisitor {
  readonly items: Item[] = [];

  event(
    ...[sub, type, source, id, time, key, data, trusted, extra]: Parameters<EventVisitor['event']>
  ): void {
    const event = { type, source, id, time, key, data, ...(extra && { extra }) };
    this.items.push({ sub, event, trusted });
  }

  undecodable(sub: number, reason: string, bytes: Uint8Array): void {
    this.items.push({ sub, reason, bytes });
  }

  get events(): StreamEvent[] {
    return this.items.flatMap((item) => ('event' in item ? [item.event] : []));
  }

  get reasons(): string[] {
    return this.items.flatMap((item) => ('reason' in item ? [item.reason] : []));
  }
}

/** Decodes a record into a list, with the number of items that decoding returned. */
export function decoded(bytes: Uint8Array, options?: DecodeOptions): Collector & { readonly count: number } {
  const collector = new Collector();
  const count = decodeRecord(bytes, collector, options);
  return Object.assign(collector, { count });
}

/** What a producer gives to the Kinesis Producer Library. */
export interface UserRecord {
  readonly partitionKey: string;
  readonly explicitHashKey?: string;
  readonly data: Uint8Array;
}

// The module's own types need the AWS SDK's second version.
const { RecordAggregator } = createRequire(import.meta.url)('aws-kinesis-agg') as {
  RecordAggregator: new () => { addUserRecord(record: UserRecord): void; build(): { data: Buffer } };
};

/** An aggregated record as the KPL would put it, made by AWS's own module. */
export function aggregated(records: readonly UserRecord[]): Buffer {
  const aggregator = new RecordAggregator();
  for (const record of records) aggregator.addUserRecord(record);
  return aggregator.build().data;
}
