import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Checkpoints } from '../../../../tools/local/event-source-mapping/checkpoints.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'millrace-checkpoints-')), 'mapping');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const fail = (error: Error): never => {
  throw error;
};
const SHARD = 'shardId-000000000000';

test('survive, the last one of many', async () => {
  const first = new Checkpoints(folder, 'events@1', fail);
  expect(first.get(SHARD)).toBeUndefined();
  for (let n = 1; n <= 50; n += 1) first.set(SHARD, { sequenceNumber: String(n) });
  await first.flush();
  const second = new Checkpoints(folder, 'events@1', fail);
  expect(second.get(SHARD)).toEqual({ sequenceNumber: '50' });
  expect(second.createdMs).toBe(first.createdMs);
  expect(readdirSync(folder).toSorted()).toEqual(['origin.json', `${SHARD}.json`]);
});

test('of a stream that was made anew are forgotten', async () => {
  const first = new Checkpoints(folder, 'events@1', fail);
  first.set(SHARD, { finished: true });
  await first.flush();
  expect(new Checkpoints(folder, 'events@2', fail).get(SHARD)).toBeUndefined();
});

test('whose writing was cut off are as if they were not', () => {
  new Checkpoints(folder, 'events@1', fail);
  writeFileSync(join(folder, `${SHARD}.json`), '{"sequence');
  writeFileSync(join(folder, `${SHARD}.json.tmp`), '');
  expect(new Checkpoints(folder, 'events@1', fail).get(SHARD)).toBeUndefined();
});

test('that cannot be written are told, and stay valid', async () => {
  const errors: Error[] = [];
  const checkpoints = new Checkpoints(folder, 'events@1', (error) => errors.push(error));
  rmSync(folder, { recursive: true });
  checkpoints.set(SHARD, { sequenceNumber: '1' });
  await checkpoints.flush();
  expect(errors).toHaveLength(1);
  expect(checkpoints.get(SHARD)).toEqual({ sequenceNumber: '1' });
});
