import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { rawKey } from '../../shared/lake/layout.ts';
import { rawLine } from '../../shared/lake/raw-row.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { CompactedLake, event, HOUR, reading, START } from '../support/compacted-lake.ts';

let lake: CompactedLake;

beforeEach(async () => {
  lake = await CompactedLake.start();
});
afterEach(() => lake.stop());

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
  lake.writer.put(rawKey('p', 's', 1, START), gzipSync(lines.join('')));
  await lake.compact();

  const [first, second] = await lake.read(7);
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

  const sql = 'SELECT meter, sold, count, rate, good, tags, place FROM meter_reading ORDER BY _id';
  expect(await lake.query(sql)).toEqual([
    [
      ...['ключ', '2026-03-09 07:00:00.123', String(beyond), -0.1, false],
      ...[texts, { city: 'Zürich', floor: -3 }],
    ],
    ['m', '2026-03-09 23:59:59.999', null, null, null, [], { city: 'x', floor: null }],
  ]);
  const types = await lake.query('SELECT column_name, column_type FROM (DESCRIBE meter_reading)');
  expect(Object.fromEntries(types)).toMatchObject({
    ...{ _time: 'TIMESTAMP', sold: 'TIMESTAMP', count: 'BIGINT', rate: 'DOUBLE', good: 'BOOLEAN' },
    ...{ tags: 'VARCHAR[]', place: 'STRUCT(city VARCHAR, floor BIGINT)', dt: 'DATE', hour: 'INTEGER' },
  });
});

describe('the table of a type', () => {
  test('has every event once, compacted or not', async () => {
    lake.writer.land(START, [event('a', START)]);
    lake.writer.land(START + HOUR, [event('b', START)]);
    expect(await lake.allIds()).toEqual(['a', 'b']);
    await lake.compact();
    lake.writer.land(START + 24 * HOUR, [event('c', START)]);
    expect(await lake.allIds()).toEqual(['a', 'b', 'c']);
  });

  test('has an event once that came again after its hour was compacted', async () => {
    lake.writer.land(START, [event('a', START)]);
    await lake.compact();
    lake.writer.land(START + HOUR, [event('a', START), event('b', START)]);
    expect(await lake.allIds()).toEqual(['a', 'b']);
  });

  test('shows a field that was added later as null in what is older', async () => {
    lake.writer.land(START, [event('a', START)]);
    await lake.compact();
    const { schema } = reading;
    const wider = {
      ...reading,
      schema: (schema as unknown as z.ZodObject).extend({ extra: z.int().optional() }),
    } as unknown as typeof reading;
    expect(await lake.query('SELECT _id, extra FROM meter_reading', wider)).toEqual([['a', null]]);
  });

  test('shows fields that were added later, also within an object, beside what is older', async () => {
    lake.writer.land(START, [event('a', START, { place: { city: 'x', floor: 1 } })]);
    await lake.compact();
    const place = z.object({ city: z.string(), floor: z.int(), hall: z.string().optional() }).optional();
    const wider = {
      ...reading,
      schema: (reading.schema as unknown as z.ZodObject).extend({ place, extra: z.int().optional() }),
    } as unknown as typeof reading;
    lake.change({ tables: [typeTable(wider)] });
    lake.writer.land(START + 2 * HOUR, [
      event('b', START, { place: { city: 'y', floor: 2, hall: 'h' }, extra: 7 }),
    ]);
    await lake.compact();
    const sql = 'SELECT _id, extra, place.city, place.floor, place.hall FROM meter_reading ORDER BY _id';
    expect(await lake.query(sql, wider)).toEqual([
      ['a', null, 'x', 1, null],
      ['b', 7, 'y', 2, 'h'],
    ]);
  });
});
