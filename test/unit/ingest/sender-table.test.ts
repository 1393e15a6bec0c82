import { afterAll, beforeAll, expect, test } from 'vitest';
import { SenderTable } from '../../../shared/ingest/sender-table.ts';
import { createTable } from '../../../tools/bench/state-table.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';

let emulator: TestDynamoDB;
beforeAll(async () => {
  emulator = await startDynamoDB();
  await createTable(emulator.client, {
    TableName: 'senders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  });
});
afterAll(() => emulator.stop());

/** The table as another container sees it. */
const container = () => new SenderTable(emulator.client, 'senders');

test('the first offset of a sender is that of all containers, from then on', async () => {
  const offsets = await Promise.all(
    Array.from({ length: 8 }, (_, n) => container().remember('sensor', n * 1_000, 60_000)),
  );
  expect(new Set(offsets).size).toBe(1);
  expect(await container().remember('sensor', 99, 60_000)).toBe(offsets[0]);
  expect(await container().remember('sensor', undefined, 60_000)).toBe(offsets[0]);
  expect(await container().remember('other', undefined, 60_000)).toBeUndefined();
  expect(await container().remember('other', 7, 60_000)).toBe(7);
});

test('a count never passes its limit, whoever adds at the same time', async () => {
  const added = await Promise.all(
    Array.from({ length: 20 }, () => container().add('key#rate#1', 7, 100, Date.now() + 60_000)),
  );
  expect(added.filter(Boolean)).toHaveLength(14);
  expect(await container().add('key#rate#1', 2, 100, 0)).toBe(true);
  expect(await container().add('key#rate#1', 1, 100, 0)).toBe(false);
  expect(await container().add('key#rate#2', 100, 100, 0)).toBe(true);
  expect(await container().add('key#rate#3', 101, 100, 0)).toBe(false);
});
