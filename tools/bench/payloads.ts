import { encodeCompact } from '../../shared/events/compact.ts';
import { schemaFingerprint } from '../../shared/events/fingerprint.ts';
import { traffic } from '../../shared/pipelines/network-traffic.ts';
import { createRandom } from './traffic.ts';

/** What a series of Lambda invocations carries. */
export interface PayloadOptions {
  readonly keys: number;
  /** Events per invocation. */
  readonly events: number;
  /** Events packed into one record. */
  readonly perRecord: number;
  /** Event time that passes from one invocation to the next, in milliseconds. */
  readonly interval: number;
}

/** One invocation's events in both record formats, as the bytes that the Lambda runtime receives. */
export interface Payload {
  readonly cloudEvents: Buffer;
  readonly compact: Buffer;
  readonly events: number;
  /** Mean bytes of one event with its CloudEvents envelope. */
  readonly eventBytes: number;
  /** Highest event time up to and including this invocation. */
  readonly maxTime: number;
}

const SHARD = 'shardId-000000000000';
const FIRST_SEQUENCE = 49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n;
const START = Date.UTC(2026, 0, 1);
const SOURCE = '/fleet';
/** One event in twenty is up to 9.9 s behind. */
const DISORDER = 0.05;
const MAX_DISORDER_MS = 9_900;

/** Invocations of one shard, one after the other: new ids, growing sequence numbers and times. The same every run. */
export function* payloads({ keys, events, perRecord, interval }: PayloadOptions): Generator<Payload, never> {
  const random = createRandom(1);
  const schema = schemaFingerprint(traffic);
  let sequence = FIRST_SEQUENCE;
  for (let invocation = 0; ; invocation++) {
    const from = START + invocation * interval;
    const cloudEvents: Buffer[] = [];
    const compact: Buffer[] = [];
    let bytes = 0;
    for (let done = 0; done < events; done += perRecord) {
      const batch = Array.from({ length: Math.min(perRecord, events - done) }, (_, index) => {
        const late = random() < DISORDER ? Math.floor(random() * MAX_DISORDER_MS) : 0;
        const time = from + Math.floor(((done + index) * interval) / events) - late;
        return trafficEvent(`${invocation}-${done + index}`, Math.floor(random() * keys), time, random);
      });
      const text = JSON.stringify(batch.map(cloudEvent));
      bytes += text.length;
      cloudEvents.push(Buffer.from(text));
      compact.push(encodeCompact(batch, schema));
    }
    const first = sequence;
    sequence += BigInt(cloudEvents.length);
    const arrival = from + interval;
    yield {
      cloudEvents: invocationOf(cloudEvents, first, arrival),
      compact: invocationOf(compact, first, arrival),
      events,
      eventBytes: bytes / events,
      maxTime: arrival - 1,
    };
  }
}

function trafficEvent(id: string, device: number, time: number, random: () => number) {
  // Cubed, so that few events carry most of the bytes, as in real traffic.
  const receivePackets = 1 + Math.floor(random() ** 3 * 10_000);
  const sendPackets = 1 + Math.floor(random() ** 3 * 4_000);
  const key = `fleet-${device}`;
  const data = {
    device: key,
    ip: `10.${device >> 16}.${(device >> 8) & 255}.${device & 255}`,
    receive_bytes: receivePackets * (64 + Math.floor(random() * 1_400)),
    send_bytes: sendPackets * (64 + Math.floor(random() * 1_400)),
    receive_packets: receivePackets,
    send_packets: sendPackets,
    ts: time,
  };
  return { type: traffic.name, source: SOURCE, id, time, key, data };
}

const cloudEvent = ({ type, source, id, time, key, data }: ReturnType<typeof trafficEvent>) => ({
  specversion: '1.0',
  id,
  source,
  type,
  time: new Date(time).toISOString(),
  partitionkey: key,
  data,
});

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
function invocationOf(records: readonly Buffer[], first: bigint, arrival: number): Buffer {
  const Records = records.map((data, index) => {
    const sequenceNumber = String(first + BigInt(index));
    return {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: '5',
        sequenceNumber,
        data: data.toString('base64'),
        approximateArrivalTimestamp: arrival / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${SHARD}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/millrace-window',
      awsRegion: 'eu-central-1',
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/network-traffic-events',
    };
  });
  return Buffer.from(JSON.stringify({ Records }));
}
