import * as z from 'zod';
import {
  allKeys,
  count,
  eventType,
  pipeline,
  plus,
  ratio,
  share,
  sum,
  topK,
  tumbling,
  windowStage,
} from '../pipeline/index.ts';

const counter = z.int().nonnegative();

/** What a device's network interface counted since its last report. */
export const traffic = eventType('network-traffic', {
  description:
    'Bytes and packets that one device received and sent from one IP address since its last report',
  schema: z.object({
    event_id: z.union([z.string().min(1).max(256), z.int().nonnegative()]).nullish(),
    device: z.string().min(1).max(256),
    ip: z.string().min(1).max(64),
    receive_bytes: counter,
    send_bytes: counter,
    receive_packets: counter,
    send_packets: counter,
    ts: z.union([z.int(), z.iso.datetime({ offset: true })]),
  }),
  id: 'event_id',
  time: 'ts',
  key: 'device',
  example: {
    event_id: 'router-7/1041',
    device: 'router-7',
    ip: '192.0.2.17',
    receive_bytes: 48_210,
    send_bytes: 9_304,
    receive_packets: 61,
    send_packets: 40,
    ts: '2026-01-31T12:00:00.250Z',
  },
});

const bytes = plus('receive_bytes', 'send_bytes');

export const deviceTraffic = windowStage('device-traffic', {
  description: 'Per device and minute: totals of bytes and packets, and the mean size of a packet',
  from: traffic,
  key: 'device',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '10 minutes',
  values: {
    receive_bytes: sum('receive_bytes'),
    send_bytes: sum('send_bytes'),
    receive_packets: sum('receive_packets'),
    send_packets: sum('send_packets'),
    events: count(),
    receive_bytes_per_packet: ratio(sum('receive_bytes'), sum('receive_packets')),
    send_bytes_per_packet: ratio(sum('send_bytes'), sum('send_packets')),
  },
});

export const ipShare = windowStage('ip-share', {
  description: 'Per IP address and minute: its bytes and their share of the traffic of all addresses',
  from: traffic,
  key: 'ip',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '10 minutes',
  values: {
    bytes: sum(bytes),
    share: share(bytes),
    events: count(),
  },
});

/** Over the final minutes, so that an hour is corrected for everything that came late within the minutes' ten minutes. */
export const deviceHour = windowStage('device-hour', {
  description: 'Per device and hour: the mean size of a packet, from the final minutes',
  from: deviceTraffic,
  key: 'device',
  window: tumbling('1 hour'),
  outOfOrderness: '2 minutes',
  allowedLateness: '1 hour',
  values: {
    receive_bytes_per_packet: ratio(sum('receive_bytes'), sum('receive_packets')),
    send_bytes_per_packet: ratio(sum('send_bytes'), sum('send_packets')),
    minutes: count(),
  },
});

export const topDevices = windowStage('top-devices', {
  description: 'The ten devices with the most traffic in ten minutes, from the final minutes',
  from: deviceTraffic,
  key: allKeys(),
  window: tumbling('10 minutes'),
  outOfOrderness: '2 minutes',
  allowedLateness: '10 minutes',
  values: {
    devices: topK('device', 10, { by: bytes }),
    bytes: sum(bytes),
  },
});

export default pipeline('network-traffic', {
  description:
    'One-minute event-time totals of the network traffic of a fleet, per device and per IP address, and what is made of them',
  types: [traffic],
  stages: [deviceTraffic, ipShare, deviceHour, topDevices],
});
