import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { concernsReaderOf } from '../../../shared/results/stage-reader.ts';
import { WHOLE_RECORD } from '../../../shared/state/position.ts';
import { probeShard } from '../../../shared/streams/shards.ts';
import { reading } from '../../support/stage.ts';

const kinesis = mockClient(KinesisClient);
afterAll(() => kinesis.restore());
beforeEach(() => {
  kinesis.reset();
  kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at-0' });
});

const event = (type: string) => ({
  specversion: '1.0',
  type,
  source: '/test',
  id: '1',
  time: '2026-01-01T00:00:00Z',
  partitionkey: 'a',
  data: { key: 'a', amount: 1, at: 0 },
});
const record = (...types: string[]) => ({
  SequenceNumber: '1',
  PartitionKey: 'a',
  Data: Buffer.from(JSON.stringify(types.map(event))),
});

/** The answers to one read after the other, an iterator for the next one in each but those of a closed shard. */
function answers(
  ...all: { records?: ReturnType<typeof record>[]; behind?: number; closed?: boolean }[]
): void {
  all.forEach(({ records = [], behind = 0, closed }, index) => {
    kinesis.on(GetRecordsCommand, { ShardIterator: `at-${index}` }).resolves({
      Records: records,
      MillisBehindLatest: behind,
      ...(closed !== true && { NextShardIterator: `at-${index + 1}` }),
    });
  });
}

const probe = () =>
  probeShard(new KinesisClient({}), 'stream', {
    shard: 'shardId-000000000000',
    after: { sequence: '7', sub: WHOLE_RECORD },
    concerns: concernsReaderOf(reading),
  });

test('an open shard at its tip is empty, a closed one has ended', async () => {
  answers({});
  expect(await probe()).toBe('empty');
  kinesis.reset();
  kinesis.on(GetShardIteratorCommand).resolves({ ShardIterator: 'at-0' });
  answers({ closed: true });
  expect(await probe()).toBe('ended');
});

test('what is for the stage is found, behind others and behind reads that bring nothing', async () => {
  answers(
    { behind: 5_000 },
    { records: [record('other')], behind: 100 },
    { records: [record('other', 'reading')] },
  );
  expect(await probe()).toBe('unread');
});

test('others alone are nothing, unless the shard is closed and still to be read', async () => {
  answers({ records: [record('other'), record('other')] });
  expect(await probe()).toBe('empty');
  answers({ records: [record('other')], closed: true });
  expect(await probe()).toBe('unread');
});

test('what cannot be decoded may be for the stage', async () => {
  answers({ records: [{ ...record(), Data: Buffer.from('{"not": json') }] });
  expect(await probe()).toBe('unread');
});

test('an answer as long as was asked for is not the last, whatever it says of the tip', async () => {
  answers({ records: Array.from({ length: 100 }, () => record('other')) }, { records: [record('reading')] });
  expect(await probe()).toBe('unread');
});

test('a shard of which no end is found counts as unread', async () => {
  answers(...Array.from({ length: 20 }, () => ({ records: [record('other')], behind: 1_000 })));
  expect(await probe()).toBe('unread');
  expect(kinesis.commandCalls(GetRecordsCommand)).toHaveLength(10);
});

test('a position inside a record has the rest of it unread', async () => {
  const look = { shard: 's', after: { sequence: '7', sub: 3 }, concerns: concernsReaderOf(reading) };
  expect(await probeShard(new KinesisClient({}), 'stream', look)).toBe('unread');
});
