import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../shared/events/types.ts';
import { RawObjectsGone } from '../../shared/lake/compact.ts';
import { rawKey } from '../../shared/lake/layout.ts';
import { CompactedLake, event, HOUR, START } from '../support/compacted-lake.ts';

let lake: CompactedLake;

beforeEach(async () => {
  lake = await CompactedLake.start();
});
afterEach(() => lake.stop());

test('an hour becomes one file, typed and by event time, each event once', async () => {
  lake.writer.land(START, [
    event('b', START + 2, { count: 2 ** 53 - 1, rate: 0.1, good: true }),
    event('a', START + 1),
  ]);
  lake.writer.land(START + 5, [
    event('b', START + 2, { count: 5 }),
    event('c', START - HOUR, { tags: ['ä', '日本'], place: { city: "O'Fallon", floor: -3 }, count: null }),
  ]);
  expect(await lake.compact()).toMatchObject({
    done: [
      { hour: '2026-03-09T07', part: 0, rawObjects: 2, types: { 'meter-reading': { rows: 3, leftOut: 0 } } },
    ],
    failed: [],
    unfinished: false,
  });
  const rows = await lake.read(7);
  expect(rows.map(({ _id, _time }) => [_id, _time])).toEqual([
    ['c', new Date(START - HOUR)],
    ['a', new Date(START + 1)],
    ['b', new Date(START + 2)],
  ]);
  expect(rows[0]).toMatchObject({
    tags: ['ä', '日本'],
    place: { city: "O'Fallon", floor: -3n },
    count: null,
  });
  expect(rows[2]).toMatchObject({
    count: BigInt(2 ** 53 - 1),
    rate: 0.1,
    good: true,
    sold: new Date(START + 2),
  });
});

test('heartbeats are in no file of a type, and an hour of nothing else has none', async () => {
  const beat = (at: number): StreamEvent => ({
    ...{ type: 'millrace.heartbeat', source: '/millrace/p/heartbeat', id: `beat-${at}`, time: at, key: 'k' },
    data: { shard: 'shardId-000000000000' },
  });
  lake.writer.land(START, [beat(START), event('a', START), beat(START + 1)]);
  lake.writer.land(START + HOUR, [beat(START + HOUR)]);
  expect(await lake.compact()).toMatchObject({
    done: [
      { hour: '2026-03-09T07', types: { 'meter-reading': { rows: 1, leftOut: 0 } } },
      { hour: '2026-03-09T08', types: {} },
    ],
    failed: [],
  });
  expect(await lake.idsOf(7)).toEqual(['a']);
  await expect(lake.idsOf(8)).rejects.toThrow('ENOENT');
});

test('what the hour before has is left out', async () => {
  lake.writer.land(START, [event('a', START)]);
  lake.writer.land(START + HOUR, [event('a', START), event('b', START)]);
  await lake.compact();
  expect([await lake.idsOf(7), await lake.idsOf(8)]).toEqual([['a'], ['b']]);
});

test('what an hour has left out is left out by the hour after it, too', async () => {
  for (const hour of [0, 1, 2, 3]) {
    lake.writer.land(START + hour * HOUR, [event('a', START), event(`only-${hour}`, START)]);
  }
  await lake.compact();
  expect(await Promise.all([7, 8, 9, 10].map((hour) => lake.idsOf(hour)))).toEqual([
    ['a', 'only-0'],
    ['only-1'],
    ['only-2'],
    ['only-3'],
  ]);
});

test('an event that was put back is left out where the hour of its first arrival has it, however long ago', async () => {
  lake.writer.land(START, [event('a', START)]);
  const name = 'stage=per-meter/dt=2026-03-09/shardId-000000000000-1-0';
  lake.writer.land(START + 5 * HOUR, [event('a', START), event('b', START)], `2026-03-09T07 ${name}`);
  await lake.compact();
  expect([await lake.idsOf(7), await lake.idsOf(12)]).toEqual([['a'], ['b']]);
});

test('an hour all of whose events turn out to be repetitions has an empty file', async () => {
  lake.writer.land(START, [event('b', START)]);
  lake.writer.land(START + HOUR, [event('a', START)]);
  await lake.compact();
  lake.writer.land(START + 1, [event('a', START)]);
  await lake.compact();
  expect([await lake.idsOf(7), await lake.idsOf(8)]).toEqual([['a', 'b'], []]);
});

describe('a very busy hour', () => {
  beforeEach(() => {
    lake.change({ partBytes: 1 });
  });

  test('is compacted in parts, each event in one of them', async () => {
    lake.writer.land(START, [event('a', START), event('b', START)]);
    lake.writer.land(START + 1, [event('b', START), event('c', START)]);
    lake.writer.land(START + 2, [event('c', START)]);
    const { done } = await lake.compact();
    expect(done.map(({ part, types }) => [part, types['meter-reading']])).toEqual([
      [0, { rows: 2, leftOut: 0 }],
      [1, { rows: 1, leftOut: 1 }],
      [2, { rows: 0, leftOut: 1 }],
    ]);
    expect(await Promise.all([0, 1, 2].map((part) => lake.idsOf(7, part)))).toEqual([['a', 'b'], ['c'], []]);
  });

  test('keeps its parts when something lands late, and does again what that touches', async () => {
    lake.writer.land(START, [event('a', START)]);
    lake.writer.land(START + 1, [event('b', START)]);
    lake.writer.land(START + HOUR, [event('c', START)]);
    await lake.compact();
    lake.writer.land(START + 2, [event('late', START)]);
    const { done } = await lake.compact();
    expect(done.map(({ hour, part }) => [hour, part])).toEqual([
      ['2026-03-09T07', 1],
      ['2026-03-09T08', 0],
    ]);
    expect(await Promise.all([0, 1].map((part) => lake.idsOf(7, part)))).toEqual([['a'], ['b', 'late']]);
  });

  test('is finished by the next run where time runs out', async () => {
    lake.writer.land(START, [event('a', START)]);
    lake.writer.land(START + 1, [event('b', START)]);
    let looks = 0;
    lake.change({ remaining: () => (looks++ === 0 ? 600_000 : 1) });
    expect(await lake.compact()).toMatchObject({ done: [{ part: 0 }], unfinished: true });
    lake.change({ remaining: () => 600_000 });
    expect(await lake.compact()).toMatchObject({ done: [{ part: 1 }], unfinished: false });
  });
});

test('hours that are compacted are left alone, those with something new are done again, and the one after', async () => {
  lake.writer.land(START, [event('a', START)]);
  lake.writer.land(START + HOUR, [event('late', START), event('b', START)]);
  lake.writer.land(START + 2 * HOUR, [event('c', START)]);
  expect((await lake.compact()).done).toHaveLength(3);
  expect((await lake.compact()).done).toEqual([]);
  lake.writer.land(START + 1, [event('late', START)]);
  expect((await lake.compact()).done.map(({ hour }) => hour)).toEqual(['2026-03-09T07', '2026-03-09T08']);
  expect([await lake.idsOf(7), await lake.idsOf(8), await lake.idsOf(9)]).toEqual([
    ['a', 'late'],
    ['b'],
    ['c'],
  ]);
});

test('an hour that is not over is left alone', async () => {
  lake.writer.land(START, [event('a', START)]);
  lake.change({ now: () => START + HOUR + 299_999 });
  expect((await lake.compact()).done).toEqual([]);
});

test('an hour whose raw objects are gone keeps its file and does not hold up the hours after it', async () => {
  lake.writer.land(START, [event('a', START)]);
  lake.writer.land(START + 1, [event('b', START)]);
  await lake.compact();
  rmSync(join(lake.s3.folder, rawKey('p', 'shardId-000000000000', 1, START)));
  lake.writer.land(START + HOUR, [event('c', START)]);
  const { done, failed } = await lake.compact();
  expect(failed).toMatchObject([{ hour: '2026-03-09T07', part: 0, error: expect.any(RawObjectsGone) }]);
  expect(done.map(({ hour }) => hour)).toEqual(['2026-03-09T08']);
  expect([await lake.idsOf(7), await lake.idsOf(8)]).toEqual([['a', 'b'], ['c']]);
});
