import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type CompactContext, compactLake, RawObjectsGone } from '../../shared/lake/compact.ts';
import { curatedKey, rawKey } from '../../shared/lake/layout.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { rawLine } from '../../shared/lake/raw-row.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { eventType } from '../../shared/pipeline/index.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { LakeWriter } from '../support/lake.ts';
import { startS3, type TestS3 } from '../support/local-s3.ts';
import { MemoryMarks } from '../support/memory-marks.ts';
import { temporaryFolder } from '../support/millrace-process.ts';

const reading = eventType('meter-reading', {
  description: 'for tests',
  schema: z.object({
    meter: z.string(),
    sold: z.iso.datetime({ offset: true }),
    count: z.int().nullish(),
    rate: z.number().optional(),
    good: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    place: z.object({ city: z.string(), floor: z.int() }).optional(),
  }),
  time: 'sold',
  key: 'meter',
});

const HOUR = 3_600_000;
const START = Date.parse('2026-03-09T07:00:00Z');

let folder: ReturnType<typeof temporaryFolder>;
let s3: TestS3;
let writer: LakeWriter;
let context: CompactContext;
let marks: MemoryMarks;

beforeEach(async () => {
  folder = temporaryFolder();
  s3 = await startS3(folder.path);
  writer = new LakeWriter(s3.folder);
  marks = new MemoryMarks();
  context = {
    objects: new LakeObjects(s3.client, s3.bucket),
    tables: [typeTable(reading)],
    scratch: join(folder.path, 'scratch'),
    memoryMb: 512,
    marks,
    now: () => START + 24 * HOUR,
    remaining: () => 600_000,
  };
});
afterEach(async () => {
  await s3.stop();
  folder.remove();
});

const event = (id: string, time: number, data: Record<string, unknown> = {}): StreamEvent => ({
  type: reading.name,
  source: '/meters',
  id,
  time,
  key: 'm',
  data: { meter: 'm', sold: new Date(time).toISOString(), ...data },
});

const compact = () => compactLake(context, START, START + 24 * HOUR);

/** A file as a reader sees it that has nothing to do with DuckDB. */
const read = (hour: number, part = 0) =>
  parquetReadObjects({
    file: toArrayBuffer(
      readFileSync(join(s3.folder, curatedKey(reading.name, { day: '2026-03-09', hour }, part))),
    ),
    compressors,
  });
const toArrayBuffer = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
const idsOf = async (hour: number, part = 0) => (await read(hour, part)).map(({ _id }) => _id);

test('an hour becomes one file, typed and by event time, each event once', async () => {
  writer.land(START, [
    event('b', START + 2, { count: 2 ** 53 - 1, rate: 0.1, good: true }),
    event('a', START + 1),
  ]);
  writer.land(START + 5, [
    event('b', START + 2, { count: 5 }),
    event('c', START - HOUR, { tags: ['ä', '日本'], place: { city: "O'Fallon", floor: -3 }, count: null }),
  ]);
  expect(await compact()).toMatchObject({
    done: [
      { hour: '2026-03-09T07', part: 0, rawObjects: 2, types: { 'meter-reading': { rows: 3, leftOut: 0 } } },
    ],
    failed: [],
    unfinished: false,
  });
  const rows = await read(7);
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

test('types are right for DuckDB and for a reader that has nothing to do with it', async () => {
  const beyond = 2n ** 53n + 1n;
  const texts = ['ä 日本 👩🏽‍⚕️ \u0000', '', '\'"\\'];
  const lines = [
    // As text: a number in JavaScript could not hold it.
    `{"meter":"ключ","sold":"2026-03-09T09:30:00.123+02:30","count":${beyond},"rate":-0.1,"good":false,"tags":${JSON.stringify(texts)},"place":{"city":"Zürich","floor":-3}}`,
    '{"meter":"m","sold":"2026-03-09T23:59:59.999Z","count":null,"tags":[],"place":{"city":"x"}}',
  ].map((data, index) => {
    const line = JSON.parse(
      rawLine(event(`id-${index}`, START), {
        ...{ pipeline: 'p', shard: 's', sequence: '1', subSequence: index, arrival: START },
      }),
    ) as Record<string, unknown>;
    return `${JSON.stringify({ ...line, data })}\n`;
  });
  writer.put(rawKey('p', 's', 1, START), gzipSync(lines.join('')));
  await compact();

  const [first, second] = await read(7);
  expect(first).toEqual({
    _id: 'id-0',
    _source: '/meters',
    _time: new Date(START),
    _arrival: new Date(START),
    _key: 'm',
    meter: 'ключ',
    sold: new Date('2026-03-09T07:00:00.123Z'),
    count: beyond,
    rate: -0.1,
    good: false,
    tags: texts,
    place: { city: 'Zürich', floor: -3n },
  });
  expect(second).toMatchObject({
    ...{ sold: new Date('2026-03-09T23:59:59.999Z'), count: null, rate: null, good: null },
    ...{ tags: [], place: { city: 'x', floor: null } },
  });

  const database = await LakeDatabase.open(s3.folder, [reading]);
  const { rows } = await database.query(
    'SELECT meter, sold, count, rate, good, tags, place FROM meter_reading ORDER BY _id',
  );
  expect(rows).toEqual([
    [
      ...['ключ', '2026-03-09 07:00:00.123', String(beyond), -0.1, false],
      ...[texts, { city: 'Zürich', floor: -3 }],
    ],
    ['m', '2026-03-09 23:59:59.999', null, null, null, [], { city: 'x', floor: null }],
  ]);
  const types = await database.query('SELECT column_name, column_type FROM (DESCRIBE meter_reading)');
  expect(Object.fromEntries(types.rows)).toMatchObject({
    ...{ _time: 'TIMESTAMP', sold: 'TIMESTAMP', count: 'BIGINT', rate: 'DOUBLE', good: 'BOOLEAN' },
    ...{ tags: 'VARCHAR[]', place: 'STRUCT(city VARCHAR, floor BIGINT)', dt: 'DATE', hour: 'INTEGER' },
  });
  database.close();
});

test('heartbeats are in no file of a type, and an hour of nothing else has none', async () => {
  const beat = (at: number): StreamEvent => ({
    ...{ type: 'millrace.heartbeat', source: '/millrace/p/heartbeat', id: `beat-${at}`, time: at, key: 'k' },
    data: { shard: 'shardId-000000000000' },
  });
  writer.land(START, [beat(START), event('a', START), beat(START + 1)]);
  writer.land(START + HOUR, [beat(START + HOUR)]);
  expect(await compact()).toMatchObject({
    done: [
      { hour: '2026-03-09T07', types: { 'meter-reading': { rows: 1, leftOut: 0 } } },
      { hour: '2026-03-09T08', types: {} },
    ],
    failed: [],
  });
  expect(await idsOf(7)).toEqual(['a']);
  await expect(idsOf(8)).rejects.toThrow('ENOENT');
});

test('what the hour before has is left out', async () => {
  writer.land(START, [event('a', START)]);
  writer.land(START + HOUR, [event('a', START), event('b', START)]);
  await compact();
  expect([await idsOf(7), await idsOf(8)]).toEqual([['a'], ['b']]);
});

test('what an hour has left out is left out by the hour after it, too', async () => {
  for (const hour of [0, 1, 2, 3]) {
    writer.land(START + hour * HOUR, [event('a', START), event(`only-${hour}`, START)]);
  }
  await compact();
  expect(await Promise.all([7, 8, 9, 10].map((hour) => idsOf(hour)))).toEqual([
    ['a', 'only-0'],
    ['only-1'],
    ['only-2'],
    ['only-3'],
  ]);
});

test('an event that was put back is left out where the hour of its first arrival has it, however long ago', async () => {
  writer.land(START, [event('a', START)]);
  const name = 'stage=per-meter/dt=2026-03-09/shardId-000000000000-1-0';
  writer.land(START + 5 * HOUR, [event('a', START), event('b', START)], `2026-03-09T07 ${name}`);
  await compact();
  expect([await idsOf(7), await idsOf(12)]).toEqual([['a'], ['b']]);
});

test('an hour all of whose events turn out to be repetitions has an empty file', async () => {
  writer.land(START, [event('b', START)]);
  writer.land(START + HOUR, [event('a', START)]);
  await compact();
  writer.land(START + 1, [event('a', START)]);
  await compact();
  expect([await idsOf(7), await idsOf(8)]).toEqual([['a', 'b'], []]);
});

describe('a very busy hour', () => {
  beforeEach(() => {
    context = { ...context, partBytes: 1 };
  });

  test('is compacted in parts, each event in one of them', async () => {
    writer.land(START, [event('a', START), event('b', START)]);
    writer.land(START + 1, [event('b', START), event('c', START)]);
    writer.land(START + 2, [event('c', START)]);
    const { done } = await compact();
    expect(done.map(({ part, types }) => [part, types['meter-reading']])).toEqual([
      [0, { rows: 2, leftOut: 0 }],
      [1, { rows: 1, leftOut: 1 }],
      [2, { rows: 0, leftOut: 1 }],
    ]);
    expect(await Promise.all([0, 1, 2].map((part) => idsOf(7, part)))).toEqual([['a', 'b'], ['c'], []]);
  });

  test('keeps its parts when something lands late, and does again what that touches', async () => {
    writer.land(START, [event('a', START)]);
    writer.land(START + 1, [event('b', START)]);
    writer.land(START + HOUR, [event('c', START)]);
    await compact();
    writer.land(START + 2, [event('late', START)]);
    const { done } = await compact();
    expect(done.map(({ hour, part }) => [hour, part])).toEqual([
      ['2026-03-09T07', 1],
      ['2026-03-09T08', 0],
    ]);
    expect(await Promise.all([0, 1].map((part) => idsOf(7, part)))).toEqual([['a'], ['b', 'late']]);
  });

  test('is finished by the next run where time runs out', async () => {
    writer.land(START, [event('a', START)]);
    writer.land(START + 1, [event('b', START)]);
    let looks = 0;
    context = { ...context, remaining: () => (looks++ === 0 ? 600_000 : 1) };
    expect(await compact()).toMatchObject({ done: [{ part: 0 }], unfinished: true });
    context = { ...context, remaining: () => 600_000 };
    expect(await compact()).toMatchObject({ done: [{ part: 1 }], unfinished: false });
  });
});

test('hours that are compacted are left alone, those with something new are done again, and the one after', async () => {
  writer.land(START, [event('a', START)]);
  writer.land(START + HOUR, [event('late', START), event('b', START)]);
  writer.land(START + 2 * HOUR, [event('c', START)]);
  expect((await compact()).done).toHaveLength(3);
  expect((await compact()).done).toEqual([]);
  writer.land(START + 1, [event('late', START)]);
  expect((await compact()).done.map(({ hour }) => hour)).toEqual(['2026-03-09T07', '2026-03-09T08']);
  expect([await idsOf(7), await idsOf(8), await idsOf(9)]).toEqual([['a', 'late'], ['b'], ['c']]);
});

test('an hour that is not over is left alone', async () => {
  writer.land(START, [event('a', START)]);
  context = { ...context, now: () => START + HOUR + 299_999 };
  expect((await compact()).done).toEqual([]);
});

test('an hour whose raw objects are gone keeps its file and does not hold up the hours after it', async () => {
  writer.land(START, [event('a', START)]);
  writer.land(START + 1, [event('b', START)]);
  await compact();
  rmSync(join(s3.folder, rawKey('p', 'shardId-000000000000', 1, START)));
  writer.land(START + HOUR, [event('c', START)]);
  const { done, failed } = await compact();
  expect(failed).toMatchObject([{ hour: '2026-03-09T07', part: 0, error: expect.any(RawObjectsGone) }]);
  expect(done.map(({ hour }) => hour)).toEqual(['2026-03-09T08']);
  expect([await idsOf(7), await idsOf(8)]).toEqual([['a', 'b'], ['c']]);
});

describe('the table of a type', () => {
  const all = async (type = reading) => {
    const database = await LakeDatabase.open(s3.folder, [type]);
    const { rows } = await database.query('SELECT _id FROM meter_reading ORDER BY _id');
    database.close();
    return rows.flat();
  };

  test('has every event once, compacted or not', async () => {
    writer.land(START, [event('a', START)]);
    writer.land(START + HOUR, [event('b', START)]);
    expect(await all()).toEqual(['a', 'b']);
    await compact();
    writer.land(START + 24 * HOUR, [event('c', START)]);
    expect(await all()).toEqual(['a', 'b', 'c']);
  });

  test('has an event once that came again after its hour was compacted', async () => {
    writer.land(START, [event('a', START)]);
    await compact();
    writer.land(START + HOUR, [event('a', START), event('b', START)]);
    expect(await all()).toEqual(['a', 'b']);
  });

  test('shows a field that was added later as null in what is older', async () => {
    writer.land(START, [event('a', START)]);
    await compact();
    const { schema } = reading;
    const wider = {
      ...reading,
      schema: (schema as unknown as z.ZodObject).extend({ extra: z.int().optional() }),
    };
    const database = await LakeDatabase.open(s3.folder, [wider as unknown as typeof reading]);
    expect((await database.query('SELECT _id, extra FROM meter_reading')).rows).toEqual([['a', null]]);
    database.close();
  });

  test('shows fields that were added later, also within an object, beside what is older', async () => {
    writer.land(START, [event('a', START, { place: { city: 'x', floor: 1 } })]);
    await compact();
    const place = z.object({ city: z.string(), floor: z.int(), hall: z.string().optional() }).optional();
    const wider = {
      ...reading,
      schema: (reading.schema as unknown as z.ZodObject).extend({ place, extra: z.int().optional() }),
    } as unknown as typeof reading;
    context = { ...context, tables: [typeTable(wider)] };
    writer.land(START + 2 * HOUR, [
      event('b', START, { place: { city: 'y', floor: 2, hall: 'h' }, extra: 7 }),
    ]);
    await compact();
    const database = await LakeDatabase.open(s3.folder, [wider]);
    const { rows } = await database.query(
      'SELECT _id, extra, place.city, place.floor, place.hall FROM meter_reading ORDER BY _id',
    );
    expect(rows).toEqual([
      ['a', null, 'x', 1, null],
      ['b', 7, 'y', 2, 'h'],
    ]);
    database.close();
  });
});

describe('a compaction that is killed at any call', () => {
  /** Fails at one call to S3 or to the table of marks, and does what was asked at that call or does not. */
  const killed = (survived: number, isDone: boolean): { context: CompactContext; calls: () => number } => {
    let calls = 0;
    const call = async <T>(work: () => Promise<T>): Promise<T> => {
      if (calls++ < survived) return work();
      if (isDone && calls === survived + 1) await work();
      throw new Error('killed');
    };
    const client = Object.create(s3.client, {
      send: { value: (command: never) => call(() => s3.client.send(command)) },
    });
    const through: CompactContext['marks'] = {
      between: (first, last) => call(() => marks.between(first, last)),
      cut: (hour, bounds) => call(() => marks.cut(hour, bounds)),
      set: (hour, part, mark) => call(() => marks.set(hour, part, mark)),
    };
    return {
      context: { ...context, objects: new LakeObjects(client, s3.bucket), marks: through },
      calls: () => calls,
    };
  };

  test.each([true, false])(
    'leaves the old file or the new one (the call is carried out: %s)',
    async (isDone) => {
      writer.land(START, [event('a', START)]);
      await compact();
      writer.land(START + 1, [event('b', START)]);
      for (let survived = 0, ended = false; !ended; survived++) {
        const run = killed(survived, isDone);
        await compactLake(run.context, START, START + HOUR).catch(() => {});
        ended = run.calls() <= survived;
        const ids = await idsOf(7);
        expect(ids.join()).toMatch(/^a(,b)?$/);
        if (ended) expect(ids).toEqual(['a', 'b']);
      }
    },
  );

  test('shows every event of a type once, also where an hour has parts and repetitions', async () => {
    context = { ...context, partBytes: 1 };
    writer.land(START, [event('a', START), event('b', START)]);
    writer.land(START + 1, [event('b', START), event('c', START)]);
    writer.land(START + HOUR, [event('c', START), event('d', START)]);
    // Every second call: opening a database for each takes its time.
    for (let survived = 0, ended = false; !ended; survived += 2) {
      const run = killed(survived, survived % 4 === 0);
      await compactLake(run.context, START, START + 24 * HOUR).catch(() => {});
      ended = run.calls() <= survived;
      const database = await LakeDatabase.open(s3.folder, [reading]);
      expect((await database.query('SELECT _id FROM meter_reading ORDER BY _id')).rows.flat()).toEqual([
        'a',
        'b',
        'c',
        'd',
      ]);
      database.close();
    }
    expect(await Promise.all([0, 1].map((part) => idsOf(7, part)))).toEqual([['a', 'b'], ['c']]);
    expect(await idsOf(8)).toEqual(['d']);
  }, 180_000);
});
