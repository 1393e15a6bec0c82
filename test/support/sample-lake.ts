import type { StreamEvent } from '../../shared/events/types.ts';
import type { LakeWriter } from './lake.ts';

/**
 * Writes raw objects of events of the sample pipelines, some twice, and something that was set aside.
 *
 * @param start - arrival of the first, epoch milliseconds: it lies in a closed hour
 */
export function sampleLake(writer: LakeWriter, start: number): void {
  const events = Array.from({ length: 60 }, (_, n) => (n % 3 === 2 ? vitals(n, start) : traffic(n, start)));
  writer.land(start, events.slice(0, 40));
  writer.land(start + 60_000, events.slice(30));
  const day = new Date(start).toISOString().slice(0, 10);
  const rejected = {
    stream: 'events',
    shard: 'shardId-000000000000',
    sequence: '7',
    sub: 0,
    arrival: new Date(start).toISOString(),
    reason: 'of no known format',
    code: 'undecodable',
    bytes: Buffer.from('hello').toString('base64'),
  };
  writer.put(
    `rejected/stage=lake/dt=${day}/shardId-000000000000-7-0.json`,
    Buffer.from(JSON.stringify(rejected)),
  );
}

function traffic(n: number, start: number): StreamEvent {
  const time = start - n * 1_000;
  const data = {
    device: `device-${n % 5}`,
    ip: `10.0.0.${n % 3}`,
    receive_bytes: 1_000 * n,
    send_bytes: 100 * n,
    receive_packets: n,
    send_packets: 1,
    ts: time,
  };
  return { type: 'network-traffic', source: '/test', id: `t${n}`, time, key: data.device, data };
}

function vitals(n: number, start: number): StreamEvent {
  const time = start - n * 1_000;
  const data = {
    patient_id: `patient-${n % 2}`,
    heart_rate: 60 + n,
    blood_pressure: n % 4 === 0 ? null : 110 + n / 7,
    timestamp: new Date(time).toISOString(),
  };
  return { type: 'patient-vitals', source: '/test', id: `v${n}`, time, key: data.patient_id, data };
}
