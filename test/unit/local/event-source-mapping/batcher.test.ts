import { describe, expect, test } from 'vitest';
import { Batcher, type BatcherOptions } from '../../../../tools/local/event-source-mapping/batcher.ts';
import { eventRecord, skippedRecord } from '../../../../tools/local/event-source-mapping/record.ts';
import type { ReadResult } from '../../../../tools/local/event-source-mapping/shard-reader.ts';
import { kinesisRecord } from './factory.ts';

const read = (numbers: number[], more = false, ended = false, data?: string): ReadResult => ({
  records: numbers.map((n) => kinesisRecord(n, data)),
  more,
  ended,
});

/** A batcher over these reads, then nothing. */
function batcher(reads: (ReadResult | Error)[], more: Partial<BatcherOptions> = {}) {
  const signal = new AbortController().signal;
  const subject = new Batcher({
    async read() {
      const next = reads.shift() ?? read([]);
      if (next instanceof Error) throw next;
      return next;
    },
    convert: (record) => eventRecord(record, 'shardId-000000000000', 'events'),
    batchSize: 100,
    batchingWindowMs: 0,
    ...more,
  });
  return async (): Promise<number[] | undefined> => {
    const batch = await subject.next(signal);
    return batch?.map(({ sequenceNumber }) => Number(sequenceNumber.slice(4)));
  };
}

describe('batches', () => {
  test('are what one read gives, when there is no window', async () => {
    const next = batcher([read([]), read([1, 2]), read([3])]);
    expect(await next()).toEqual([1, 2]);
    expect(await next()).toEqual([3]);
  });

  test('are not larger than the batch size, and nothing is lost between them', async () => {
    const next = batcher([read([1, 2, 3, 4, 5])], { batchSize: 2 });
    expect([await next(), await next(), await next()]).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('are filled from several reads within the window', async () => {
    const next = batcher([read([1], true), read([2]), read([]), read([3])], { batchingWindowMs: 150 });
    const started = Date.now();
    expect(await next()).toEqual([1, 2, 3]);
    expect(Date.now() - started).toBeGreaterThanOrEqual(145);
  });

  test('that are full do not wait for the window', async () => {
    const next = batcher([read([1, 2])], { batchingWindowMs: 60_000, batchSize: 2 });
    expect(await next()).toEqual([1, 2]);
  });

  test('end before the event would be too large', async () => {
    const data = 'x'.repeat(1000);
    const one = eventRecord(kinesisRecord(1, data), 'shardId-000000000000', 'events').bytes;
    const next = batcher([read([1, 2, 3], false, false, data)], { maxBytes: 2 * one + 20 });
    expect([await next(), await next()]).toEqual([[1, 2], [3]]);
  });

  test('hold at least one record, however large', async () => {
    const next = batcher([read([1, 2])], { maxBytes: 10 });
    expect([await next(), await next()]).toEqual([[1], [2]]);
  });

  test('of records that are all filtered come at once', async () => {
    const next = batcher([read([1, 2])], { batchingWindowMs: 60_000, convert: skippedRecord });
    expect(await next()).toEqual([1, 2]);
  });

  test('end with the shard, which gives out what is left without waiting', async () => {
    const next = batcher([read([1]), read([2], false, true)], { batchingWindowMs: 60_000 });
    expect(await next()).toEqual([1, 2]);
    expect(await next()).toBeUndefined();
  });
});

test('a failed read is reported, and reading goes on', async () => {
  const next = batcher([read([1]), new Error('gone'), read([2])]);
  expect(await next()).toEqual([1]);
  await expect(next()).rejects.toThrow('gone');
  expect(await next()).toEqual([2]);
});
