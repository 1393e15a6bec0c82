import { encodeCompact } from '../../../shared/events/compact.ts';
import type { StreamEvent } from '../../../shared/events/types.ts';
import { createRandom } from '../traffic.ts';

/** One batch as a window function is given it. */
export interface Batch {
  readonly events: readonly StreamEvent[];
  readonly record: string;
  /** When the last of its events arrives, epoch milliseconds. */
  readonly at: number;
}

export interface LoadOptions {
  readonly keys: number;
  readonly events: number;
  readonly batch: number;
  /** Events per second of event time. */
  readonly rate: number;
  readonly start: number;
}

/** Part of the events that come behind others, and by how much at most: below the stages' bound. */
const DISORDER = 0.05;
const MAX_DISORDER_MS = 9_500;

/** Traffic of devices chosen evenly, as batches in the order in which they arrive. The same options make the same. */
export function* batches({ keys, events, batch, rate, start }: LoadOptions): Generator<Batch> {
  const random = createRandom(7);
  for (let first = 0; first < events; first += batch) {
    const rows: StreamEvent[] = [];
    let at = start;
    for (let index = first; index < Math.min(events, first + batch); index++) {
      at = start + Math.floor((index * 1_000) / rate);
      const back = random() < DISORDER ? Math.floor(random() * MAX_DISORDER_MS) : 0;
      rows.push(
        trafficEvent(index, Math.max(start, at - back), `fleet-${Math.floor(random() * keys)}`, random),
      );
    }
    yield { events: rows, record: Buffer.from(encodeCompact(rows)).toString('base64'), at };
  }
}

function trafficEvent(index: number, time: number, device: string, random: () => number): StreamEvent {
  const receivePackets = Math.floor(random() ** 3 * 10_000);
  const sendPackets = Math.floor(random() ** 3 * 4_000);
  const data = {
    event_id: `bench-${index}`,
    device,
    ip: '10.0.0.1',
    receive_bytes: receivePackets * (64 + Math.floor(random() * 1_400)),
    send_bytes: sendPackets * (64 + Math.floor(random() * 1_400)),
    receive_packets: receivePackets,
    send_packets: sendPackets,
    ts: time,
  };
  return { type: 'network-traffic', source: '/bench', id: data.event_id, time, key: device, data };
}
