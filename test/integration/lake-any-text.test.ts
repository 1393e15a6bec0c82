import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import { compactLake } from '../../shared/lake/compact.ts';
import { curatedKey } from '../../shared/lake/layout.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import { eventType } from '../../shared/pipeline/index.ts';
import { type SetAsideItem, setAside } from '../../shared/streams/set-aside.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { cloudEvent, decoded } from '../factories/events.ts';
import { LakeWriter } from '../support/lake.ts';
import { startS3, type TestS3 } from '../support/local-s3.ts';
import { MemoryMarks } from '../support/memory-marks.ts';
import { temporaryFolder } from '../support/millrace-process.ts';

const HOUR = Date.UTC(2026, 2, 9, 7);
const EVENTS = 2_000;
const type = eventType('anything', {
  description: 'Columns of every kind, of which the events hold whatever they like',
  schema: z.object({
    key: z.string(),
    at: z.iso.datetime(),
    whole: z.int().nullish(),
    real: z.number().optional(),
    good: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    place: z.object({ city: z.string(), floor: z.int() }).optional(),
  }),
  time: 'at',
  key: 'key',
});

/** Code units of every kind, in the forms in which JSON can have them: surrogates as pairs, as halves, escaped or not. */
const escaped = fc.integer({ min: 0, max: 0xffff }).map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
const plain = fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1));
const piece = fc.oneof(
  { weight: 8, arbitrary: plain },
  { weight: 2, arbitrary: escaped },
  fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => `\\u${unit.toString(16)}`),
  fc.constantFrom('\\\\ud800', '\\ud83d\\ude00', '\\\\\\udc00', '\\n', '\\"'),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`);
const number = fc.constantFrom(
  '0',
  '-0',
  '7',
  '1e400',
  '-1E-400',
  '12345678901234567890123',
  '0.1',
  '5e-324',
);
const name = fc.oneof(fc.constantFrom('"whole"', '"real"', '"tags"', '"place"', '"at"', '"floor"'), text);
const { json, object } = fc.letrec<{ json: string; object: string }>((tie) => ({
  object: fc
    .array(fc.tuple(name, tie('json')), { maxLength: 3 })
    .map((fields) => `{${fields.map(([field, value]) => `${field}:${value}`).join(',')}}`),
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    fc.constantFrom('null', 'true'),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
    tie('object'),
  ),
}));
const time = fc.oneof(
  fc.integer({ min: HOUR, max: HOUR + 3_600_000 }),
  fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
);
const record = fc
  .tuple(fc.constantFrom('data', 'data', 'source', 'region', 'id', 'partitionkey'), json, object, text, time)
  .map(([where, value, data, words, at]) => {
    const own = { type: type.name, data: 'DATA', time: new Date(at).toISOString() };
    return JSON.stringify({ ...cloudEvent(), ...own, ...(where !== 'data' && { [where]: 'TEXT' }) })
      .replace('"DATA"', () => (where === 'data' ? value : data))
      .replace('"TEXT"', () => words);
  });

const s3Mock = mockClient(S3Client);
const folder = temporaryFolder();
let s3: TestS3;
let database: LakeDatabase;
let events: StreamEvent[];
let refused: { readonly reason: string; readonly index: number }[];

beforeAll(async () => {
  const found = fc.sample(record, { numRuns: EVENTS, seed: 7 }).map((bytes) => decoded(Buffer.from(bytes)));
  events = found.flatMap((one) => one.events);
  refused = found.flatMap((one, index) => one.reasons.map((reason) => ({ reason, index })));
  s3 = await startS3(folder.path);
  const lake = new LakeWriter(s3.folder);
  s3Mock.on(PutObjectCommand).callsFake(({ Key, Body }) => {
    lake.put(Key, Buffer.from(Body));
    return {};
  });
  lake.land(HOUR, events);
  const place = { bucket: 'lake', stage: 'lake', stream: 'events', shard: 'shardId-000000000000' };
  const items = refused.map(
    ({ reason, index }): SetAsideItem => ({
      sequence: String(index),
      sub: 0,
      arrival: HOUR,
      code: 'undecodable',
      // As of a declaration's own function, which may have cut the text that it complains of.
      reason: `${reason} \ud83d`,
      bytes: Buffer.from('x'),
      partitionKey: `key \ud83d ${index}`,
    }),
  );
  await setAside(new S3Client({ region: 'eu-west-1' }), place, items);
  s3Mock.restore();
  database = await LakeDatabase.open(s3.folder, [type]);
});
afterAll(async () => {
  database?.close();
  await s3?.stop();
  folder.remove();
});

const rows = async (sql: string) => (await database.query(sql)).rows;

test('a record is an event or is refused', () => {
  expect(events.length).toBeGreaterThan(EVENTS / 3);
  expect(refused.length).toBeGreaterThan(EVENTS / 10);
  expect(events.length + refused.length).toBe(EVENTS);
});

test('whatever events hold, the raw table says it', async () => {
  expect(
    await rows('SELECT id, source, partition_key, data FROM raw ORDER BY CAST(sub_sequence AS BIGINT)'),
  ).toEqual(events.map(({ id, source, key, data }) => [id, source, key, JSON.stringify(data)]));
  expect(await rows("SELECT count(json_extract(data, '$')) FROM raw")).toEqual([[events.length]]);
});

test('whatever was wrong, the table of what was set aside says it', async () => {
  expect(await rows('SELECT reason, partition_key FROM rejected ORDER BY CAST(sequence AS BIGINT)')).toEqual(
    refused.map(({ reason, index }) => [`${reason} \ufffd`, `key \ufffd ${index}`]),
  );
});

test('whatever events hold, their hour is compacted, and every reader finds each of them once', async () => {
  const different = new Set(events.map(({ source, id }) => JSON.stringify([source, id])));
  const SHOWN = 'SELECT * FROM anything ORDER BY _time, _source, _id';
  const before = await rows(SHOWN);
  expect(before).toHaveLength(different.size);

  const done = await compactLake(
    {
      objects: new LakeObjects(s3.client, s3.bucket),
      tables: [typeTable(type)],
      scratch: join(folder.path, 'scratch'),
      memoryMb: 512,
      marks: new MemoryMarks(),
      now: () => HOUR + 86_400_000,
      remaining: () => 600_000,
    },
    HOUR,
    HOUR + 86_400_000,
  );
  expect(done).toMatchObject({ failed: [], unfinished: false });
  expect(await rows(SHOWN)).toEqual(before);

  const { buffer, byteOffset, length } = readFileSync(
    join(s3.folder, curatedKey(type.name, { day: '2026-03-09', hour: 7 }, 0)),
  );
  const file = buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer;
  const read = await parquetReadObjects({ file, compressors });
  expect(new Set(read.map(({ _source, _id }) => JSON.stringify([_source, _id])))).toEqual(different);
});
