import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { commitManyKeys, fireInProcesses } from '../support/fire-many-keys.ts';
import { MANY_KEYS_END } from '../support/many-keys.ts';
import { expectManyKeys } from '../support/many-keys-checks.ts';

const KEYS = 1_000_000;
/** The fire function has 1,769 MB; its heap must do with far less, as merged rows lie outside of it. */
const HEAP_MB = 512;

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

test('a window with a million keys fires within the memory and time of its functions', async () => {
  const world = await commitManyKeys(dynamodb, KEYS);
  const started = performance.now();
  const reports = await fireInProcesses(
    { endpoint: dynamodb.endpoint, table: world.table, keys: KEYS, maxKeys: 400_000, now: world.now },
    { heapMb: HEAP_MB, parallel: 2 },
  );
  const seconds = (performance.now() - started) / 1_000;
  expectManyKeys(reports, KEYS);
  const firing = await world.context.ledger.read(MANY_KEYS_END);
  expect(firing).toMatchObject({ state: 'done', keys: KEYS, buckets: 4 });
  const rss = Math.max(...reports.map(({ maxRss }) => maxRss));
  const longest = Math.max(...reports.map(({ ms }) => ms));
  const sum = (of: 'records' | 'bytes') => reports.reduce((total, report) => total + report[of], 0);
  console.info(
    `${KEYS} keys in ${firing?.buckets} buckets: ${seconds.toFixed(1)} s in all, ${(longest / 1_000).toFixed(1)} s the longest ` +
      `function, ${Math.round(rss / 2 ** 20)} MB the largest, ${sum('records')} records of ${Math.round(sum('bytes') / 2 ** 20)} MB`,
  );
  expect(rss).toBeLessThan(1_769 * 2 ** 20);
  expect(longest).toBeLessThan(900_000);
});
