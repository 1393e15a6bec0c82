import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { commitManyKeys, fireInProcesses } from '../support/fire-many-keys.ts';
import { MANY_KEYS_END } from '../support/many-keys.ts';
import { expectManyKeys } from '../support/many-keys-checks.ts';

const KEYS = 20_000;

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** The same with a million keys is `test/soak/million-keys.test.ts`. */
test('a window with too many keys for one function is fired by several, each with little memory', async () => {
  const world = await commitManyKeys(dynamodb, KEYS);
  const reports = await fireInProcesses(
    { endpoint: dynamodb.endpoint, table: world.table, keys: KEYS, maxKeys: 7_000, now: world.now },
    { heapMb: 96, parallel: 2 },
  );
  expectManyKeys(reports, KEYS);
  const firing = await world.context.ledger.read(MANY_KEYS_END);
  expect(firing).toMatchObject({ state: 'done', keys: KEYS });
  expect(firing?.buckets).toBeGreaterThan(2);
  expect(reports.length).toBe(firing?.buckets);
});
