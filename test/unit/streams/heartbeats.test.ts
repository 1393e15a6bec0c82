import { KinesisClient, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { HeartbeatNotSent, putHeartbeat, sendHeartbeats } from '../../../shared/streams/heartbeats.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const HALF = 1n << 127n;
const END = (1n << 128n) - 1n;
const mock = mockClient(KinesisClient);
afterAll(() => mock.restore());
const kinesis = new KinesisClient({ region: 'eu-west-1' });

beforeEach(() => {
  mock.reset();
  mock.on(PutRecordsCommand).callsFake(({ Records = [] }) => ({
    Records: Records.map(() => ({ SequenceNumber: '1', ShardId: 's' })),
  }));
});

const shard = (name: string, from: bigint, to: bigint, ...[parent, other]: string[]) => ({
  ShardId: name,
  ParentShardId: parent,
  AdjacentParentShardId: other,
  SequenceNumberRange: { StartingSequenceNumber: '1' },
  HashKeyRange: { StartingHashKey: String(from), EndingHashKey: String(to) },
});
const put = () =>
  mock.commandCalls(PutRecordsCommand).flatMap(({ args }) =>
    (args[0].input.Records ?? []).map(({ Data, ExplicitHashKey = '' }) => ({
      at: BigInt(ExplicitHashKey),
      event: JSON.parse(String(Data)) as Record<string, unknown>,
    })),
  );

test('every open shard gets a heartbeat, at a point of its own', async () => {
  mock.on(ListShardsCommand).resolves({
    Shards: [
      shard('whole', 0n, END),
      shard('left', 0n, HALF - 1n, 'whole'),
      shard('right', HALF, END, 'whole'),
      shard('right-left', HALF, HALF + 9n, 'right'),
      shard('right-right', HALF + 10n, END, 'right'),
      shard('merged', 0n, HALF + 9n, 'left', 'right-left'),
    ],
  });
  expect(await sendHeartbeats(kinesis, 'events', 'vitals', NOW)).toBe(2);
  const found = put().sort((one, other) => (one.at < other.at ? -1 : 1));
  expect(found.map(({ event }) => event)).toEqual(
    ['merged', 'right-right'].map((name) => ({
      specversion: '1.0',
      id: expect.any(String),
      source: '/millrace/vitals/heartbeat',
      type: 'millrace.heartbeat',
      time: '2026-01-01T12:00:00.000Z',
      datacontenttype: 'application/json',
      partitionkey: expect.any(String),
      data: { shard: name },
    })),
  );
  expect(found[0]!.at).toBeLessThanOrEqual(HALF + 9n);
  expect(found[1]!.at).toBeGreaterThan(HALF + 9n);
  expect(new Set(found.map(({ event }) => event.id)).size).toBe(2);
});

test('a stream that refuses them is said', async () => {
  mock.on(ListShardsCommand).resolves({ Shards: [shard('whole', 0n, END)] });
  const denied = Object.assign(new Error('denied'), { $metadata: { httpStatusCode: 400 } });
  mock.on(PutRecordsCommand).rejects(denied);
  const sending = sendHeartbeats(kinesis, 'events', 'vitals', NOW);
  await expect(sending).rejects.toThrow(HeartbeatNotSent);
  await expect(sending).rejects.toThrow('1 of 1 heartbeats are not in events: denied');
});

test('among the results of a stage it is as old as before, and says whose it is', async () => {
  const target = { stream: 'results', lanes: 16, pipeline: 'vitals', stage: 'minutes' };
  await putHeartbeat(kinesis, target, NOW);
  expect(put().map(({ event }) => event)).toMatchObject([
    { type: 'millrace.heartbeat', time: '2026-01-01T12:00:00.000Z', data: { stage: 'minutes' } },
  ]);
  expect(mock.commandCalls(PutRecordsCommand)[0]?.args[0].input.StreamName).toBe('results');
});
