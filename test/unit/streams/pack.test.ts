import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../../shared/events/types.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { explicitHashKey, laneOf } from '../../../shared/streams/lanes.ts';
import { type PackedRecord, packEvents } from '../../../shared/streams/pack.ts';

const event = (n: number, over: Partial<StreamEvent> = {}): StreamEvent => ({
  type: 'network-traffic',
  source: '/v1/events/network-traffic',
  id: `id-${n}`,
  time: 1_700_000_000_000 + n,
  key: `device-${n % 7}`,
  data: { n },
  ...over,
});

/** The events of a record as a consumer reads them. */
function read(record: PackedRecord): StreamEvent[] {
  const events: StreamEvent[] = [];
  decodeRecord(record.data, {
    event: (_sub, type, source, id, time, key, data, _trusted, extra) => {
      events.push({ type, source, id, time, key, data, ...(extra !== undefined && { extra }) });
    },
    undecodable: (_sub, reason) => {
      throw new Error(reason);
    },
  });
  return events;
}

describe('packEvents', () => {
  it('has no records for no events', () => {
    expect(packEvents([], { lanes: 16 })).toEqual({ records: [], oversize: [] });
  });

  it('makes one record per lane while limits allow, and addresses it to the lane', () => {
    const events = Array.from({ length: 100 }, (_, n) => event(n));
    const { records } = packEvents(events, { lanes: 16 });
    expect(new Set(records.map(({ order }) => order)).size).toBe(records.length);
    for (const { order, explicitHashKey: hashKey, events: indexes } of records) {
      expect(hashKey).toBe(explicitHashKey(order as number, 16));
      for (const index of indexes) expect(laneOf(events[index]!.key, 16)).toBe(order);
    }
  });

  it('compresses what takes fewer payload units of 25 KB then, and nothing else', () => {
    const text = (length: number, n: number) => event(n, { data: { text: 'abcdefgh'.repeat(length / 8) } });
    const noise = (n: number) =>
      event(n, { data: { text: createHash('sha512').update(`${n}`).digest('base64').repeat(1) } });
    const one = (events: readonly StreamEvent[]) => packEvents(events, { lanes: 1 }).records[0]!;
    const small = one([text(24_000, 1)]);
    expect(Buffer.from(small.data).subarray(0, 3).toString()).toBe('MR1');
    const events = Array.from({ length: 30 }, (_, n) => text(8_000, n));
    const large = one(events);
    expect([...large.data.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
    expect(large.data.length).toBeLessThan(25 * 1024);
    expect(read(large)).toEqual(events);
    // Some 27 KB of digests are no less than two units however they are written.
    const hashes = Array.from({ length: 190 }, (_, n) => noise(n));
    expect(read(one(hashes))).toEqual(hashes);
  });

  it('names the schema of compact batches', () => {
    const [record] = packEvents([event(1)], { lanes: 1, schemaOf: (type) => `of-${type}` }).records;
    expect(`${Buffer.from(record!.data)}`).toBe(
      'MR1{"type":"network-traffic","source":"/v1/events/network-traffic","schema":"of-network-traffic",' +
        '"rows":[["id-1",1700000000001,"device-1",{"n":1}]]}',
    );
  });

  it('writes a lane of several sources or types as CloudEvents, in the order given', () => {
    const events = [event(0), event(1, { source: '/other' }), event(2, { type: 'other' }), event(3)];
    const { records } = packEvents(events, { lanes: 1 });
    expect(records).toHaveLength(1);
    expect(`${Buffer.from(records[0]!.data)}`.startsWith('[{')).toBe(true);
    expect(records.flatMap(read)).toEqual(events);
  });

  it('starts another record at the limit of events, and of bytes', () => {
    const events = Array.from({ length: 25 }, (_, n) => event(n));
    const counts = (options: object) =>
      packEvents(events, { lanes: 1, ...options }).records.map((record) => record.events.length);
    expect(counts({ maxEvents: 10 })).toEqual([10, 10, 5]);
    for (const { data } of packEvents(events, { lanes: 1, maxBytes: 200 }).records) {
      expect(data.byteLength).toBeLessThan(200 + 100);
    }
  });

  it('leaves out what is too large by itself, measured in bytes', () => {
    const events = [event(0), event(1, { data: 'é'.repeat(600) }), event(2)];
    const { records, oversize } = packEvents(events, { lanes: 1, maxBytes: 1_000 });
    expect(oversize).toEqual([1]);
    expect(records.flatMap((record) => record.events)).toEqual([0, 2]);
  });

  it('carries every event once, whole, and in order per key', () => {
    const arbitrary = fc.record({
      key: fc.integer({ min: 0, max: 20 }).map((n) => `k${n}`),
      source: fc.constantFrom('/a', '/a', '/a', '/b'),
      data: fc.record({ text: fc.string({ unit: 'binary', maxLength: 60 }) }),
    });
    fc.assert(
      fc.property(
        fc.array(arbitrary, { maxLength: 60 }),
        fc.constantFrom(1, 4, 16),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 120, max: 2_000 }),
        (given, lanes, maxEvents, maxBytes) => {
          const events = given.map((over, n) => event(n, over));
          const { records, oversize } = packEvents(events, { lanes, maxEvents, maxBytes });
          const indexes = records.flatMap((record) => record.events);
          expect([...indexes, ...oversize].sort((a, b) => a - b)).toEqual([...events.keys()]);
          expect(records.flatMap(read)).toEqual(indexes.map((index) => events[index]));
          for (const key of new Set(given.map((one) => one.key))) {
            const ofKey = indexes.filter((index) => events[index]?.key === key);
            expect(ofKey).toEqual([...ofKey].sort((a, b) => a - b));
          }
        },
      ),
    );
  });
});
