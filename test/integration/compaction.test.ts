import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type CompactContext, compactLake, RawObjectsGone } from '../../shared/lake/compact.ts';
import type { Mark } from '../../shared/lake/compaction-marks.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { eventType } from '../../shared/pipeline/index.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { LakeWriter } from '../support/lake.ts';
import { startS3, type TestS3 } from '../support/local-s3.ts';
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
let marks: Map<string, Mark>;

beforeEach(async () => {
  folder = temporaryFolder();
  s3 = await startS3(folder.path);
  writer = new LakeWriter(s3.folder);
  marks = new Map();
  context = {
    objects: new LakeObjects(s3.client, s3.bucket),
    tables: [typeTable(reading)],
    scratch: join(folder.path, 'scratch'),
    memoryMb: 512,
    marks: {
      between: async (first, last) => new Map([...marks].filter(([hour]) => hour >= first && hour <= last)),
      set: async (hour, mark) => void marks.set(hour, mark),
    },
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
const read = (hour: number) =>
  parquetReadObjects({
    file: toArrayBuffer(
      readFileSync(join(s3.folder, `events/meter-reading/dt=2026-03-09/hour=${hour}/meter-reading.parquet`)),
    ),
    compressors,
  });
const toArrayBuffer = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
const idsOf = async (hour: number) => (await read(hour)).map(({ _id }) => _id);

test('an hour becomes one file, typed and by event time, each event once', async () => {
  writer.land(START, [
    event('b', START + 2, { count: 2 ** 53 - 1, rate: 0.1, good: true }),
    event('a', START + 1),
  ]);
  writer.land(START + 5, [
    event('b', START + 2, { count: 5 }),
    event('c', START - HOUR, { tags: ['ä', '日本'], place: { city: "O'Fallon", floor: -3 }, count: null }),
  ]);
  expect(await compact()).toMatchObject([
    { hour: '2026-03-09T07', rawObjects: 2, rows: { 'meter-reading': 3 } },
  ]);
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

test('what the hour before has is left out', async () => {
  writer.land(START, [event('a', START)]);
  writer.land(START + HOUR, [event('a', START), event('b', START)]);
  await compact();
  expect([await idsOf(7), await idsOf(8)]).toEqual([['a'], ['b']]);
});

test('hours that are compacted are left alone, those with something new are done again, and the one after', async () => {
  writer.land(START, [event('a', START)]);
  writer.land(START + HOUR, [event('late', START), event('b', START)]);
  writer.land(START + 2 * HOUR, [event('c', START)]);
  expect(await compact()).toHaveLength(3);
  expect(await compact()).toEqual([]);
  writer.land(START + 1, [event('late', START)]);
  expect((await compact()).map(({ hour }) => hour)).toEqual(['2026-03-09T07', '2026-03-09T08']);
  expect([await idsOf(7), await idsOf(8), await idsOf(9)]).toEqual([['a', 'late'], ['b'], ['c']]);
});

test('an hour that is not over is left alone', async () => {
  writer.land(START, [event('a', START)]);
  context = { ...context, now: () => START + HOUR + 299_999 };
  expect(await compact()).toEqual([]);
});

test('files are kept when the raw objects they were made of are gone', async () => {
  writer.land(START, [event('a', START)]);
  await compact();
  marks.set('2026-03-09T07', { ...marks.get('2026-03-09T07')!, objects: 2 });
  await expect(compact()).rejects.toThrow(RawObjectsGone);
  expect(await idsOf(7)).toEqual(['a']);
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
});

test('a compaction that is killed at any call leaves the old file or the new one', async () => {
  writer.land(START, [event('a', START)]);
  await compact();
  writer.land(START + 1, [event('b', START)]);
  for (let survived = 0, ended = false; !ended; survived++) {
    let calls = 0;
    const client = Object.create(s3.client, {
      send: {
        value: (command: never) => {
          if (calls++ === survived) throw new Error('killed');
          return s3.client.send(command);
        },
      },
    });
    const killed = compactLake(
      { ...context, objects: new LakeObjects(client, s3.bucket) },
      START,
      START + HOUR,
    );
    ended = await killed.then(
      () => true,
      () => false,
    );
    const ids = await idsOf(7);
    expect(ids.join()).toMatch(/^a(,b)?$/);
    if (ended) expect(ids).toEqual(['a', 'b']);
  }
});
