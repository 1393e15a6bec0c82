import { createHash } from 'node:crypto';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { session } from '../../../shared/pipeline/index.ts';
import { chunksOf, MAX_CHUNK_BYTES } from '../../../shared/state/chunks.ts';
import { decompress } from '../../../shared/state/compress.ts';
import { carryPk, timeSk } from '../../../shared/state/keys.ts';
import type { WindowMerge } from '../../../shared/windows/types.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { noise, START, sets } from '../../support/notes.ts';
import { World } from '../../support/world.ts';

const BOUNDARY = START;
const EXPIRES = START / 1_000 + 86_400;

let dynamodb: TestDynamoDB;
let world: World;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  world = await World.create(dynamodb, { ...sets, window: session('1 minute') }, 1, START);
});

const hashOf = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('base64url');

/** A merge of keys with one label each. */
function mergeOf(labels: Readonly<Record<string, string>>): WindowMerge {
  const { plan } = world.context.compiled;
  const delta = plan.createDelta();
  for (const [key, label] of Object.entries(labels))
    delta.add(BOUNDARY, key, { key, label, at: START }, START);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(BOUNDARY, merge);
  return merge;
}

test('keys large and small come back, whoever stores them at the same time', async () => {
  const large = Array.from({ length: 11 }, (_, n) => [`large-${n}`, noise(490_000)] as const);
  const merge = mergeOf({ small: 'one', ...Object.fromEntries(large), last: 'two' });
  const chunks = [...chunksOf(merge, BOUNDARY)];
  // More than ten, and the names of their items do not sort by number.
  expect(chunks.filter((chunk) => chunk.length > MAX_CHUNK_BYTES)).toHaveLength(large.length);
  const { carries } = world.context;
  await Promise.all([1, 2].map(() => carries.write(BOUNDARY, merge, EXPIRES)));
  const read = await carries.read(BOUNDARY);
  expect(read.map(hashOf).sort()).toEqual(chunks.map(decompress).map(hashOf).sort());
});

// At first no chunk was cut into pieces, and what was stored was named by its chunks.
test('what was stored in items that were cut elsewhere stays readable', async () => {
  const merge = mergeOf({ large: noise(490_000) });
  const [chunk, ...others] = [...chunksOf(merge, BOUNDARY)];
  expect([others.length, chunk!.length > MAX_CHUNK_BYTES]).toEqual([0, true]);
  const digest = hashOf(Buffer.concat([Buffer.from(`${chunk!.length};`), chunk!])).slice(0, 16);
  const stored = { pk: { S: carryPk('notes') }, digest: { S: digest }, expiresAt: { N: String(EXPIRES) } };
  const put = (Item: NonNullable<PutItemCommand['input']['Item']>) =>
    dynamodb.client.send(new PutItemCommand({ TableName: world.table, Item }));
  await put({ ...stored, sk: { S: `${timeSk(BOUNDARY)}#${digest}#0` }, delta: { B: chunk! } });
  await put({ ...stored, sk: { S: timeSk(BOUNDARY) }, chunks: { N: '1' } });
  const { carries } = world.context;
  expect((await carries.read(BOUNDARY)).map(hashOf)).toEqual([hashOf(decompress(chunk!))]);
  await carries.write(BOUNDARY, merge, EXPIRES);
  expect((await carries.read(BOUNDARY)).map(hashOf)).toEqual([hashOf(decompress(chunk!))]);
});
