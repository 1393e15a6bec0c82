import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type SetAsideItem, setAside } from '../../shared/streams/set-aside.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { cloudEvent, decoded } from '../factories/events.ts';
import { LakeWriter } from '../support/lake.ts';
import { temporaryFolder } from '../support/millrace-process.ts';

const ARRIVAL = Date.UTC(2026, 2, 9, 7, 30);
const EVENTS = 2_000;

const s3 = mockClient(S3Client);
const folder = temporaryFolder();
afterAll(() => {
  s3.restore();
  folder.remove();
});

/** Code units of every kind, in the forms in which JSON can have them: surrogates as pairs, as halves, escaped or not. */
const escaped = fc.integer({ min: 0, max: 0xffff }).map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`);
const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1)),
  },
  escaped,
  fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => `\\u${unit.toString(16)}`),
  fc.constantFrom('\\\\ud800', '\\ud83d\\ude00', '\\\\\\udc00', '\\n', '\\"'),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`);
const number = fc.constantFrom(
  '0',
  '-0',
  '1e400',
  '-1E-400',
  '123456789012345678901234567890',
  '0.1',
  '5e-324',
);
const { json } = fc.letrec<{ json: string }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    text,
    number,
    fc.constantFrom('null', 'true'),
    fc.array(tie('json'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
    fc
      .array(fc.tuple(text, tie('json')), { maxLength: 3 })
      .map((fields) => `{${fields.map(([name, value]) => `${name}:${value}`).join(',')}}`),
  ),
}));
const record = fc
  .tuple(fc.constantFrom('data', 'source', 'region', 'id', 'partitionkey'), json, text)
  .map(([where, value, plain]) =>
    JSON.stringify({ ...cloudEvent(), [where]: 'HERE' }).replace('"HERE"', where === 'data' ? value : plain),
  );

test('whatever a record holds, the tables of raw and of rejected records can be read', async () => {
  const lake = new LakeWriter(folder.path);
  s3.on(PutObjectCommand).callsFake(({ Key, Body }) => {
    lake.put(Key, Buffer.from(Body));
    return {};
  });
  const found = fc.sample(record, { numRuns: EVENTS, seed: 7 }).map((bytes) => decoded(Buffer.from(bytes)));
  const events = found.flatMap((one) => one.events);
  const refused = found.flatMap((one, index) => one.reasons.map((reason) => ({ reason, index })));
  expect(events.length).toBeGreaterThan(EVENTS / 3);
  expect(refused.length).toBeGreaterThan(EVENTS / 10);
  expect(events.length + refused.length).toBe(EVENTS);

  lake.land(ARRIVAL, events);
  const place = { bucket: 'lake', stage: 'lake', stream: 'events', shard: 'shardId-000000000000' };
  const items = refused.map(
    ({ reason, index }): SetAsideItem => ({
      sequence: String(index),
      sub: 0,
      arrival: ARRIVAL,
      code: 'undecodable',
      // As of a declaration's own function, which may have cut the text that it complains of.
      reason: `${reason} \ud83d`,
      bytes: Buffer.from('x'),
    }),
  );
  await setAside(new S3Client({ region: 'eu-west-1' }), place, items);

  const database = await LakeDatabase.open(folder.path, []);
  const { rows } = await database.query(
    'SELECT id, source, partition_key, data FROM raw ORDER BY CAST(sub_sequence AS BIGINT)',
  );
  expect(rows).toEqual(events.map(({ id, source, key, data }) => [id, source, key, JSON.stringify(data)]));
  expect((await database.query("SELECT count(json_extract(data, '$')) FROM raw")).rows).toEqual([
    [events.length],
  ]);
  const reasons = await database.query('SELECT reason FROM rejected ORDER BY CAST(sequence AS BIGINT)');
  expect(reasons.rows).toEqual(refused.map(({ reason }) => [`${reason} \ufffd`]));
  database.close();
});
