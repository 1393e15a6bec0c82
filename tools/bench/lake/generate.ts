import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rawKey } from '../../../shared/lake/layout.ts';
import { rawLine } from '../../../shared/lake/raw-row.ts';
import { generateTraffic } from '../traffic.ts';

/** What a generated lake looks like. */
export interface LakeLoad {
  readonly events: number;
  /** Raw objects, spread evenly over the hours. */
  readonly objects: number;
  /** Epoch milliseconds: start of the first hour. */
  readonly start: number;
  readonly hours: number;
}

/** What was generated. */
export interface GeneratedLake {
  readonly bytes: number;
  /** Different events: some come twice. */
  readonly distinct: number;
  readonly receiveBytes: number;
}

const HOUR_MS = 3_600_000;
const SHARDS = 4;
const DEVICES = 2_000;

/**
 * Writes raw objects as landing does: network traffic of four shards, 2% of it sent twice, also across the end of an hour.
 *
 * @param root - folder of the bucket
 */
export function generateLake(root: string, { events, objects, start, hours }: LakeLoad): GeneratedLake {
  const lines = generateTraffic({
    events,
    devices: DEVICES,
    start,
    interval: (hours * HOUR_MS * DEVICES) / events,
  });
  const seen = new Set<string>();
  let [bytes, receiveBytes, index] = [0, 0, 0];
  for (let n = 0; n < objects; n++) {
    // All events of an object arrive at once: which hour they arrive in is what counts here.
    const arrival = start + Math.floor((n * hours * HOUR_MS) / objects);
    const place = { pipeline: 'network-traffic', shard: `shardId-00000000000${n % SHARDS}`, arrival };
    const rows: string[] = [];
    for (const last = Math.floor(((n + 1) * events) / objects); index < last; index++) {
      const data = JSON.parse(lines.next().value ?? '') as Traffic;
      const { event_id: id, device: key, ts: time } = data;
      const event = { type: 'network-traffic', source: '/bench', id, time, key, data };
      rows.push(
        rawLine(event, { ...place, sequence: String(10n ** 20n + BigInt(n)), subSequence: rows.length }),
      );
      if (!seen.has(id)) receiveBytes += data.receive_bytes;
      seen.add(id);
    }
    const path = join(root, rawKey(place.pipeline, place.shard, n + 1, arrival));
    mkdirSync(dirname(path), { recursive: true });
    const body = gzipSync(rows.join(''));
    writeFileSync(path, body);
    bytes += body.length;
  }
  return { bytes, distinct: seen.size, receiveBytes };
}

interface Traffic {
  readonly event_id: string;
  readonly device: string;
  readonly ts: number;
  readonly receive_bytes: number;
}
