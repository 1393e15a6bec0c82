import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKeyChecker } from '../../../shared/ingest/keys.ts';
import { KeyError, KeyStore } from '../../../tools/cli/keys/store.ts';
import { createTable, startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';

let emulator: TestDynamoDB;
let store: KeyStore;
let table = '';
let tables = 0;
beforeAll(async () => {
  emulator = await startDynamoDB();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  table = `keys-${++tables}`;
  await createTable(emulator.client, {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  });
  store = new KeyStore(emulator.client, table);
});

/** What ingestion says of a key, asked without its cache. */
const check = async (key: string, now?: () => number) =>
  (await createKeyChecker({ client: emulator.client, table, ...(now && { now }) }).check(key)).status;

test('a key works from its creation until it is revoked', async () => {
  const key = await store.create('producer', new Date('2026-01-01T00:00:00Z'));
  expect(key).toMatch(/^mr_[\w-]{43}$/);
  expect(await check(key)).toBe('valid');
  const [stored] = await store.list();
  expect(stored).toMatchObject({ name: 'producer', createdAt: '2026-01-01T00:00:00.000Z', disabled: false });
  expect(JSON.stringify(stored)).not.toContain(key);
  await store.revoke('producer');
  expect(await check(key)).toBe('disabled');
  expect(await store.list()).toMatchObject([{ name: 'producer', disabled: true }]);
});

test('keys are revoked by name or by hash, and only where it is clear which', async () => {
  await store.create('west', new Date('2026-01-02T00:00:00Z'));
  await store.create('east', new Date('2026-01-01T00:00:00Z'));
  const [b, a] = await store.list();
  expect([b?.name, a?.name]).toEqual(['east', 'west']);
  await expect(store.revoke('none such')).rejects.toThrow(KeyError);
  for (const short of ['', a!.hash.slice(0, 7)]) await expect(store.revoke(short)).rejects.toThrow(KeyError);
  expect(await store.revoke(a!.hash.slice(0, 12))).toMatchObject({ name: 'west', disabled: true });
  await expect(store.revoke('a')).rejects.toThrow('no key in use');
});

test('a name in use is not given twice; that of a revoked key is free', async () => {
  await store.create('a');
  await expect(store.create('a')).rejects.toThrow('there is a key "a"');
  await store.revoke('a');
  await expect(store.create('a')).resolves.toMatch(/^mr_/);
});
