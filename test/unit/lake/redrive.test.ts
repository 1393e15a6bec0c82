import { describe, expect, test } from 'vitest';
import { knownTypes } from '../../../shared/events/known-types.ts';
import { compareNames, type RejectedItem } from '../../../shared/lake/rejected/item.ts';
import { type RedriveContext, redrive } from '../../../shared/lake/rejected/redrive.ts';
import type { RedriveRecord } from '../../../shared/lake/rejected/store.ts';
import { hashKeyOf } from '../../../shared/streams/kpl.ts';
import type { LaneRecord } from '../../../shared/streams/lane-record.ts';
import { explicitHashKey, laneOf } from '../../../shared/streams/lanes.ts';
import { originalKey, originOf, redrivenKey } from '../../../shared/streams/redriven.ts';

const SHARD = 'shardId-000000000000';
const ALL = [{ shard: SHARD, parents: [], hashRange: ['0', String(2n ** 128n - 1n)] as const }];

const item = (sequence: string, more: Partial<RejectedItem> = {}): RejectedItem => ({
  name: `stage=lake/dt=2026-03-09/${SHARD}-${sequence}-0`,
  stage: 'lake',
  stream: 'events',
  shard: SHARD,
  sequence,
  sub: 0,
  arrival: Date.parse('2026-03-09T07:30:00Z'),
  code: 'undecodable',
  reason: 'of no known format',
  bytes: Buffer.from(`bytes ${sequence}`),
  partitionKey: 'lane-3',
  ...more,
});

const event = (key: string) =>
  Buffer.from(
    JSON.stringify({
      specversion: '1.0',
      id: key,
      source: '/s',
      type: 't',
      time: '2026-03-09T07:00:00Z',
      partitionkey: key,
      data: {},
    }),
  );

/** Streams and notes in memory; every call may be told to fail. */
class World {
  readonly put: { stream: string; record: LaneRecord }[] = [];
  readonly notes = new Map<string, RedriveRecord[]>();
  calls = 0;
  diesAt = Number.POSITIVE_INFINITY;

  context(more: Partial<RedriveContext> = {}): RedriveContext {
    return {
      store: {
        note: async (name, record) => {
          this.#alive();
          this.notes.set(name, [...(this.notes.get(name) ?? []), record]);
        },
      },
      types: knownTypes([]),
      lanesOf: () => 16,
      listShards: async () => ALL,
      put: async (stream, records) => {
        this.#alive();
        for (const record of records) this.put.push({ stream, record });
        return {
          stored: records.length,
          reached: new Map(),
          failed: [],
          requests: 1,
          retried: 0,
          fatal: undefined,
        };
      },
      pace: async () => {},
      patch: ({ bytes }) => bytes,
      now: () => 0,
      dryRun: false,
      ...more,
    };
  }

  #alive(): void {
    if (this.calls++ >= this.diesAt) throw new Error('killed');
  }
}

async function* all(...items: RejectedItem[]) {
  yield* items;
}

test('the original bytes go back to their stream, under a label that says where they came from', async () => {
  const world = new World();
  const done = await redrive(world.context(), all(item('7')));
  expect(done).toMatchObject({ done: 1, failed: 0 });
  const [{ stream, record } = { stream: '', record: undefined }] = world.put;
  expect(stream).toBe('events');
  expect(Buffer.from(record!.data).toString()).toBe('bytes 7');
  expect(record!.explicitHashKey).toBe(explicitHashKey(3, 16));
  expect(originalKey(record!.partitionKey)).toBe('lane-3');
  expect(originOf(record!.partitionKey)).toBe(`2026-03-09T07 ${item('7').name}`);
  expect(world.notes.get(item('7').name)).toMatchObject([{ stream: 'events', patched: undefined }]);
});

test('a dry run puts nothing and notes nothing', async () => {
  const world = new World();
  expect(await redrive(world.context({ dryRun: true }), all(item('7'), item('8')))).toMatchObject({
    done: 2,
  });
  expect([world.put, [...world.notes]]).toEqual([[], []]);
});

test('what several stages have set aside goes back once, and is noted for each', async () => {
  const world = new World();
  const other = item('7', { name: `stage=other/dt=2026-03-09/${SHARD}-7-0`, stage: 'other' });
  expect(await redrive(world.context(), all(item('7'), other))).toMatchObject({ done: 1, same: 1 });
  expect(world.put).toHaveLength(1);
  expect([...world.notes.keys()]).toEqual([item('7').name, other.name]);
});

test('a run that is killed at any call is finished by the next one: nothing is lost, and little goes twice', async () => {
  const items = Array.from({ length: 250 }, (_, n) => item(String(n + 1)));
  for (let diesAt = 0; diesAt < 253; diesAt += 9) {
    const world = new World();
    world.diesAt = diesAt;
    await redrive(world.context(), all(...items)).catch(() => {});
    world.diesAt = Number.POSITIVE_INFINITY;
    await redrive(world.context(), all(...items.filter(({ name }) => !world.notes.has(name))));
    const times = new Map<string, number>();
    for (const { record } of world.put) {
      times.set(record.partitionKey, (times.get(record.partitionKey) ?? 0) + 1);
    }
    expect([times.size, world.notes.size]).toEqual([250, 250]);
    // Only what was put and not yet noted: a chunk.
    expect(world.put.length - 250).toBeLessThanOrEqual(100);
  }
});

test('what fails is not noted, and said', async () => {
  const world = new World();
  const failing = world.context({
    put: async () => ({
      stored: 1,
      reached: new Map(),
      failed: [{ index: 1, code: 'X', message: 'no', sent: true }],
      requests: 1,
      retried: 0,
      fatal: undefined,
    }),
  });
  expect(await redrive(failing, all(item('7'), item('8')))).toMatchObject({
    done: 1,
    failed: 1,
    failure: 'no',
  });
  expect([...world.notes.keys()]).toEqual([item('7').name]);
});

test('a patch changes some and leaves others out', async () => {
  const world = new World();
  const patch = ({ sequence }: RejectedItem) => (sequence === '7' ? Buffer.from('mended') : undefined);
  expect(await redrive(world.context({ patch }), all(item('7'), item('8')))).toMatchObject({
    done: 1,
    leftOut: 1,
  });
  expect(world.put.map(({ record }) => Buffer.from(record.data).toString())).toEqual(['mended']);
  expect(world.notes.get(item('7').name)).toMatchObject([
    { patched: Buffer.from('mended').toString('base64') },
  ]);
});

describe('the hash key', () => {
  const half = 2n ** 127n;
  const halves = [
    { shard: SHARD, parents: [], hashRange: ['0', String(half - 1n)] as const },
    {
      shard: 'shardId-000000000001',
      parents: [],
      hashRange: [String(half), String(2n ** 128n - 1n)] as const,
    },
  ];
  const hashOf = async (one: RejectedItem) => {
    const world = new World();
    await redrive(world.context({ listShards: async () => halves }), all(one));
    return world.put[0]!.record.explicitHashKey;
  };
  const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);

  test('is that of the lane, where that leads into the shard that the record was in', async () => {
    for (const key of keys) {
      const lane = explicitHashKey(laneOf(key, 16), 16);
      const shard = halves[BigInt(lane) < half ? 0 : 1]!.shard;
      expect(await hashOf(item('1', { partitionKey: key, shard, bytes: event(key) }))).toBe(lane);
    }
  });

  test('is that of the partition key, where a producer put the record by that', async () => {
    const elsewhere = keys.filter(
      (key) => hashKeyOf(key) < half !== BigInt(explicitHashKey(laneOf(key, 16), 16)) < half,
    );
    expect(elsewhere.length).toBeGreaterThan(5);
    for (const key of elsewhere) {
      const shard = halves[hashKeyOf(key) < half ? 0 : 1]!.shard;
      expect(await hashOf(item('1', { partitionKey: key, shard, bytes: event(key) }))).toBe(
        hashKeyOf(key).toString(),
      );
    }
  });
});

test('a label fits a partition key, and is taken off before it is put on again', () => {
  const { name } = item('4959033827149025660855969253836157109592157598913658889');
  const once = redrivenKey('k'.repeat(300), '2026-03-09T07', name);
  expect(once).toHaveLength(256);
  // One of the two is cut within a pair.
  for (const start of ['', 'x']) {
    expect(redrivenKey(start + '😀'.repeat(127), '2026-03-09T07', name).isWellFormed()).toBe(true);
  }
  expect(originOf(redrivenKey(once, '2026-03-10T01', name))).toBe(`2026-03-10T01 ${name}`);
  expect([originOf('lane-3'), originOf(undefined), originalKey('lane-3')]).toEqual([
    undefined,
    undefined,
    'lane-3',
  ]);
});

test('names are ordered as their records were', () => {
  const names = [
    'stage=b/dt=2026-03-09/s-2-0',
    'stage=a/dt=2026-03-09/s-10-0',
    'stage=a/dt=2026-03-09/s-2-10',
    'stage=a/dt=2026-03-09/s-2-2',
    'stage=a/dt=2026-03-08/s-99-0',
  ];
  expect([...names].sort(compareNames)).toEqual([4, 0, 3, 2, 1].map((index) => names[index]));
});
