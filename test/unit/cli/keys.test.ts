import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKeyChecker } from '../../../shared/ingest/keys.ts';
import { createTable } from '../../../tools/bench/state-table.ts';
import { KeyError, KeyStore } from '../../../tools/cli/keys/store.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';

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
  const key = await store.create('producer', {}, new Date('2026-01-01T00:00:00Z'));
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
  await store.create('west', {}, new Date('2026-01-02T00:00:00Z'));
  await store.create('east', {}, new Date('2026-01-01T00:00:00Z'));
  const [b, a] = await store.list();
  expect([b?.name, a?.name]).toEqual(['east', 'west']);
  await expect(store.revoke('none such')).rejects.toThrow(KeyError);
  for (const short of ['', a!.hash.slice(0, 7)]) await expect(store.revoke(short)).rejects.toThrow(KeyError);
  expect(await store.revoke(a!.hash.slice(0, 12))).toMatchObject([{ name: 'west', disabled: true }]);
  await expect(store.revoke('a')).rejects.toThrow('no key in use');
});

test('a name in use is not given twice; that of a revoked key is free', async () => {
  await store.create('a');
  await expect(store.create('a')).rejects.toThrow('there is a key "a"');
  await store.revoke('a');
  await expect(store.create('a')).resolves.toMatch(/^mr_/);
});

test('a key is limited to types, a rate and a quota', async () => {
  const key = await store.create('limited', { types: ['a', 'b'], rate: 2.5, quota: 100 });
  const checked = await createKeyChecker({ client: emulator.client, table }).check(key);
  expect(checked).toEqual({
    status: 'valid',
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    limits: { types: ['a', 'b'], rate: 2.5, quota: 100 },
  });
});

test('a rotated key works on until its time is over, and its successor has its limits', async () => {
  const start = new Date('2026-01-01T00:00:00Z');
  const at = (ms: number) => () => start.getTime() + ms;
  const old = await store.create('producer', { types: ['a'] }, start);
  const fresh = await store.rotate('producer', 60_000, start);
  expect(await check(old, at(59_999))).toBe('valid');
  expect(await check(old, at(60_000))).toBe('disabled');
  expect(await check(fresh, at(60_000))).toBe('valid');
  const [, successor] = (await store.list()).sort((a, b) => Number(!a.validUntil) - Number(!b.validUntil));
  expect(successor).toMatchObject({ limits: { types: ['a'] }, validUntil: undefined });
  await expect(store.rotate('nobody', 1)).rejects.toThrow(KeyError);
});

test('revoking by name stops a key and the one it replaces', async () => {
  const old = await store.create('producer');
  const fresh = await store.rotate('producer', 3_600_000);
  expect(await store.revoke('producer')).toHaveLength(2);
  expect([await check(old), await check(fresh)]).toEqual(['disabled', 'disabled']);
  await expect(store.create('producer')).resolves.toMatch(/^mr_/);
});
