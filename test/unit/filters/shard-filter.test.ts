import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { cloudEventOf } from '../../../shared/events/cloudevents.ts';
import { encodeCompact } from '../../../shared/events/compact.ts';
import type { StreamEvent } from '../../../shared/events/types.ts';
import type { Passed } from '../../../shared/filters/batch.ts';
import { type FilterContext, ShardFilter } from '../../../shared/filters/shard-filter.ts';
import { atLeast, type FilterStage, filterStage } from '../../../shared/pipeline/index.ts';
import { resultEvent } from '../../../shared/results/result.ts';
import type { Head } from '../../../shared/state/heads.ts';
import type { SourceRecord } from '../../../shared/state/writer.ts';
import type { SetAsideItem } from '../../../shared/streams/set-aside.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { MINUTE, reading, readingEvent, totals } from '../../support/stage.ts';

const START = Date.UTC(2026, 0, 1);
const SHARD = 'shardId-000000000000';
const stage = filterStage('large', {
  description: 'large ones',
  from: reading,
  where: ({ amount }) => {
    if (amount === 13) throw new Error('unlucky');
    return amount > 10;
  },
});

let head: Head | undefined;
let put: Passed[][];
let aside: SetAsideItem[];
let fail: { put?: number; advance?: number; before?: () => void };
beforeEach(() => {
  head = undefined;
  put = [];
  aside = [];
  fail = {};
});

const contextOf = (declared: FilterStage = stage): FilterContext => ({
  stage: declared,
  heads: {
    one: async () => head,
    async advance(shard, tail, { fed, marks }) {
      fail.before?.();
      if (fail.advance !== undefined && fail.advance-- === 0) throw new Error('no answer');
      if (head !== undefined && head.n >= tail.n) return false;
      head = { ...tail, shard, updatedAt: 0, fedAt: fed ? START : (head?.fedAt ?? 0), retired: false, marks };
      return true;
    },
  },
  output: {
    async put(passed) {
      if (fail.put !== undefined && fail.put-- === 0) throw new Error('not stored');
      put.push([...passed]);
      return { oversize: [], reached: new Map([['out', String(put.length)]]) };
    },
  },
  listShards: async () => [],
  setAside: async (_shard, items) => void aside.push(...items),
  retention: 86_400_000,
  now: () => START,
});

let sequence = 10;
const record = (bytes: Uint8Array): SourceRecord => ({
  sequence: String(sequence++),
  arrival: START,
  data: Buffer.from(bytes).toString('base64'),
});
const amounts = (...values: number[]): StreamEvent[] =>
  values.map((amount) => readingEvent(`e${amount}`, START + amount, 'k', amount));
const single = (event: StreamEvent) => record(Buffer.from(JSON.stringify(cloudEventOf(event))));
const passed = () => put.flat().map(({ event }) => event.id);

test('what passes keeps its order and everything that tells it apart', async () => {
  const report = await new ShardFilter(contextOf(), SHARD).process([
    record(encodeCompact(amounts(20, 5, 11))),
    ...amounts(1, 12).map(single),
  ]);
  expect(put.flat().map(({ event }) => event)).toEqual(amounts(20, 11, 12));
  expect(report).toEqual({ passed: 3, filtered: 2, rejected: 0, heartbeat: undefined });
  expect(head?.counts).toEqual({ accepted: 3, duplicate: 0, late: 0, rejected: 0, filtered: 2 });
});

test("a function that throws, and what is no event, is set aside, counted, and in nobody's way", async () => {
  const report = await new ShardFilter(contextOf(), SHARD).process([
    record(encodeCompact(amounts(20, 13, 21))),
    record(Buffer.from('rubbish')),
    single(readingEvent('bad', START, 'k', 'x' as unknown as number)),
    single({ ...readingEvent('other', START), type: 'other' }),
  ]);
  expect(passed()).toEqual(['e20', 'e21']);
  expect(aside.map(({ code, sub }) => [code, sub])).toEqual([
    ['where', 1],
    ['undecodable', 0],
    ['invalid', 0],
  ]);
  expect(aside[0]?.reason).toBe('"where" of stage "large" failed: unlucky');
  expect(JSON.parse(Buffer.from(aside[0]!.bytes).toString())).toMatchObject({
    id: 'e13',
    data: { amount: 13 },
  });
  expect(report).toEqual({ passed: 2, filtered: 0, rejected: 3, heartbeat: undefined });
});

test('what records inflate to is held in memory only so much at once', async () => {
  const records = Array.from({ length: 20 }, (_, n) =>
    record(gzipSync(Buffer.alloc(8 * 1024 * 1024, `not an event ${n} `))),
  );
  await new ShardFilter(contextOf(), SHARD).process(records);
  expect(aside).toHaveLength(records.length);
  // 64 MB and the record that passes them: nine at a time.
  expect(head?.n).toBe(Math.ceil(records.length / 9));
});

test('heartbeats pass behind the events, count nowhere, and the last one is told of', async () => {
  const beats = [START + 1, START + 9, START + 5].map((at) => record(Buffer.from(heartbeat(at))));
  const report = await new ShardFilter(contextOf(), SHARD).process([...beats, ...amounts(20, 5).map(single)]);
  expect(put.flat().map(({ event }) => [event.type, event.time])).toEqual([
    ['reading', START + 20],
    ['millrace.heartbeat', START + 1],
    ['millrace.heartbeat', START + 9],
    ['millrace.heartbeat', START + 5],
  ]);
  expect(report).toEqual({ passed: 1, filtered: 1, rejected: 0, heartbeat: START + 9 });
  expect(head?.counts).toEqual({ accepted: 1, duplicate: 0, late: 0, rejected: 0, filtered: 1 });
  expect(head?.maxEventTime).toBe(START + 20);
  expect(aside).toEqual([]);
});

test('records that are delivered again are not put again', async () => {
  const records = [record(encodeCompact(amounts(20))), record(encodeCompact(amounts(21)))];
  await new ShardFilter(contextOf(), SHARD).process(records);
  await new ShardFilter(contextOf(), SHARD).process([...records, record(encodeCompact(amounts(22)))]);
  expect(passed()).toEqual(['e20', 'e21', 'e22']);
  expect(head?.counts.accepted).toBe(3);
});

test('a fault of the infrastructure fails the batch; the next attempt goes on after what is done', async () => {
  const many = Array.from({ length: 30 }, (_, at) =>
    record(
      encodeCompact(Array.from({ length: 400 }, (_, row) => readingEvent(`${at}-${row}`, START, 'k', 11))),
    ),
  );
  fail.put = 1;
  const filter = new ShardFilter(contextOf(), SHARD);
  await expect(filter.process(many)).rejects.toThrow('not stored');
  expect(put).toHaveLength(1);
  expect(passed().length).toBeGreaterThanOrEqual(5_000);
  await filter.process(many);
  expect(passed()).toHaveLength(12_000);
  expect(new Set(passed()).size).toBe(12_000);
  expect(head?.counts.accepted).toBe(12_000);
});

test('an answer that was lost leads to the same events once more, counted once', async () => {
  fail.advance = 0;
  const records = [record(encodeCompact(amounts(20)))];
  const filter = new ShardFilter(contextOf(), SHARD);
  await expect(filter.process(records)).rejects.toThrow('no answer');
  await filter.process(records);
  expect(passed()).toEqual(['e20', 'e20']);
  expect(head?.counts.accepted).toBe(1);
});

test('beside another one at the same records it goes on from where that one is', async () => {
  const records = [record(encodeCompact(amounts(20))), record(encodeCompact(amounts(21)))];
  fail.before = () => {
    fail.before = undefined!;
    head = {
      ...{
        shard: SHARD,
        n: 1,
        maxEventTime: START,
        arrival: START,
        updatedAt: 0,
        fedAt: 0,
        ancestors: [],
        retired: false,
      },
      position: { sequence: records[0]!.sequence, sub: 0xffff_ffff },
      counts: { accepted: 1, duplicate: 0, late: 0, rejected: 0, filtered: 0 },
    };
  };
  await new ShardFilter(contextOf(), SHARD).process(records);
  expect(passed()).toEqual(['e20', 'e21', 'e21']);
  expect(head?.counts.accepted).toBe(2);
});

test('over a window stage it reads final results that were not taken back, flattened', async () => {
  const busy = filterStage('busy', {
    description: 'busy minutes',
    from: totals,
    where: atLeast('events', 2),
  });
  const result = { stage: 'totals', key: 'a', start: START, end: START + MINUTE, revision: 1, final: true };
  const event = (change: object, values = { total: 5, events: 2 }) =>
    record(Buffer.from(resultEvent('p', { ...result, values, ...change })));
  const retracted = JSON.parse(resultEvent('p', { ...result, key: 'r', values: {} }));
  retracted.data.retracted = true;
  await new ShardFilter(contextOf(busy), SHARD).process([
    event({}),
    event({ key: 'early', final: false }),
    event({ key: 'idle' }, { total: 1, events: 1 }),
    event({ stage: 'others' }),
    event({ key: 'odd' }, { total: 1 } as never),
    record(Buffer.from(JSON.stringify(retracted))),
  ]);
  expect(
    put
      .flat()
      .map(({ event: { id, source, type, time, key, data } }) => ({ id, source, type, time, key, data })),
  ).toEqual([
    {
      id: `totals/a/${START}/${START + MINUTE}/1`,
      source: '/millrace/p/totals',
      type: 'totals.result',
      time: START + MINUTE - 1,
      key: 'a',
      data: { key: 'a', start: START, end: START + MINUTE, total: 5, events: 2 },
    },
  ]);
  expect(aside.map(({ code, reason }) => [code, reason.includes('events')])).toEqual([['invalid', true]]);
});
