import { gunzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ShardLander } from '../../../shared/lake/lander.ts';
import { LATE, type Landing, RAW, RESULTS } from '../../../shared/lake/landing.ts';
import { type Landed, NOTHING_LANDED } from '../../../shared/lake/landing-heads.ts';
import { RawStore } from '../../../shared/lake/raw-store.ts';
import { resultEvent } from '../../../shared/results/result.ts';
import type { SetAsideItem } from '../../../shared/streams/set-aside.ts';
import { heartbeat } from '../../factories/heartbeats.ts';

const NOW = Date.UTC(2026, 0, 1);
const mock = mockClient(S3Client);
afterAll(() => mock.restore());
beforeEach(() => {
  mock.reset();
  mock.on(PutObjectCommand).resolves({});
});

const record = (sequence: number, json: string) => ({
  sequence: String(sequence),
  arrival: NOW,
  data: Buffer.from(json).toString('base64'),
});
const result = (key: string) =>
  resultEvent('p', {
    stage: 'minutes',
    key,
    start: NOW - 60_000,
    end: NOW,
    revision: 0,
    final: false,
    values: { n: 1 },
  });

/** Lands records, and tells what came of it. */
async function land(landing: Landing, records: readonly ReturnType<typeof record>[]) {
  let head: Landed = NOTHING_LANDED;
  const aside: SetAsideItem[] = [];
  const lander = new ShardLander(
    {
      pipeline: 'p',
      landing,
      store: new RawStore(new S3Client({ region: 'eu-west-1' }), 'lake'),
      heads: {
        read: async () => head,
        advance: async (_shard, landed) => {
          head = landed;
        },
      },
      listShards: async () => [],
      setAside: async (_shard, items) => void aside.push(...items),
    },
    'shardId-000000000000',
  );
  const report = await lander.process(records);
  const rows = mock.commandCalls(PutObjectCommand).flatMap(({ args }) =>
    gunzipSync(args[0].input.Body as Buffer)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
  return { report, rows, aside, reached: head.position.sequence };
}

test('heartbeats are raw events like all others', async () => {
  const { report, rows, aside } = await land(RAW, [
    record(1, heartbeat(NOW - 9)),
    record(2, heartbeat(NOW - 5)),
  ]);
  expect(rows.map(({ type, id }) => [type, id])).toEqual([
    ['millrace.heartbeat', `beat-${NOW - 9}`],
    ['millrace.heartbeat', `beat-${NOW - 5}`],
  ]);
  expect(aside).toEqual([]);
  expect(report).toEqual({ objects: 1, rows: 2, rejected: 0, heartbeat: NOW - 5 });
});

test('they are no results, and nothing that has to be set aside: landing goes on behind them', async () => {
  const sent = heartbeat(NOW - 5, { stage: 'minutes' });
  const { report, rows, aside, reached } = await land(RESULTS, [
    record(1, result('a')),
    record(2, sent),
    record(3, result('b')),
  ]);
  expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
  expect(aside).toEqual([]);
  expect(report).toEqual({ objects: 1, rows: 2, rejected: 0, heartbeat: NOW - 5 });
  expect(reached).toBe('3');
});

test.each([LATE, RESULTS])('alone they are an object without rows ($name)', async (landing) => {
  const { report, rows, aside, reached } = await land(landing, [record(1, heartbeat(NOW - 5))]);
  expect([rows, aside]).toEqual([[], []]);
  expect(report).toEqual({ objects: 1, rows: 0, rejected: 0, heartbeat: NOW - 5 });
  expect(reached).toBe('1');
});
