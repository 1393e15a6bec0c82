import { expect, test } from 'vitest';
import { deviceTraffic } from '../../../shared/pipelines/network-traffic.ts';
import { payloads } from '../../../tools/bench/payloads.ts';
import { WindowPath } from '../../../tools/bench/window-path.ts';

test('a batch costs a commit and a head, and in steady state no read', async () => {
  const path = new WindowPath(deviceTraffic);
  path.table.clock = { watermark: 0, closedUpTo: 0 };
  const batches = payloads({ keys: 50, events: 200, perRecord: 40, interval: 10 });
  await path.run(batches.next().value.cloudEvents);
  const { reads, writes, writeUnits } = path.table;
  for (let batch = 0; batch < 5; batch++) await path.run(batches.next().value.compact);
  expect(path.table.writes - writes).toBe(10);
  expect(path.table.reads).toBe(reads);
  // 200 ids of 7 bytes or so, 50 rows, the head.
  expect((path.table.writeUnits - writeUnits) / 5).toBeGreaterThan(3);
  expect((path.table.writeUnits - writeUnits) / 5).toBeLessThan(8);
});

test('the same payload again is skipped by its position', async () => {
  const path = new WindowPath(deviceTraffic);
  const { compact } = payloads({ keys: 50, events: 200, perRecord: 40, interval: 10 }).next().value;
  await path.run(compact);
  const { writes } = path.table;
  await path.run(compact);
  expect(path.table.writes).toBe(writes);
});
