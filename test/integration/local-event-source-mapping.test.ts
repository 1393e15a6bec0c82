import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StreamBench } from '../support/stream-consumer.ts';

let bench: StreamBench;
beforeAll(async () => {
  bench = await StreamBench.start();
});
afterAll(() => bench.stop());

const texts = (count: number, prefix = 'e'): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe('a shard', () => {
  test('is delivered in order, in batches, from the oldest record', async () => {
    const stream = await bench.stream();
    await bench.put(stream, texts(250));
    const consumer = await bench.consume(stream, () => {});
    await expect.poll(() => consumer.data().length).toBe(250);
    await bench.put(stream, texts(5, 'later'));
    await expect.poll(() => consumer.data()).toEqual([...texts(250), ...texts(5, 'later')]);
    expect(consumer.deliveries.every(({ data }) => data.length <= 100)).toBe(true);
    await consumer.stop();
  });

  test('waits for its failing batch, which is repeated as it was', async () => {
    const stream = await bench.stream();
    await bench.put(stream, texts(3));
    const consumer = await bench.consume(stream, async (_, call) => {
      // What comes meanwhile waits behind.
      if (call === 1) await bench.put(stream, texts(2, 'more'));
      if (call < 3) throw new Error('not yet');
    });
    await expect.poll(() => consumer.data().includes('more1')).toBe(true);
    expect(consumer.deliveries.slice(0, 3).map(({ data }) => data)).toEqual([texts(3), texts(3), texts(3)]);
    expect(consumer.deliveries.slice(3).flatMap(({ data }) => data)).toEqual(texts(2, 'more'));
    await consumer.stop();
  });

  test('does not wait for another one', async () => {
    const stream = await bench.stream(2);
    let stuck: string | undefined;
    const consumer = await bench.consume(stream, ({ shard }) => {
      stuck ??= shard;
      if (shard === stuck) throw new Error('stuck');
    });
    await bench.put(stream, texts(50));
    await expect
      .poll(
        () => consumer.deliveries.filter(({ shard }) => shard !== stuck).flatMap(({ data }) => data).length,
      )
      .toBeGreaterThan(10);
    await consumer.stop();
  });
});

describe('an event', () => {
  test('does not get larger than Lambda takes', async () => {
    const stream = await bench.stream();
    const large = Array.from({ length: 12 }, (_, n) => `${n}:${'x'.repeat(900_000)}`);
    for (const text of large) await bench.put(stream, [text]);
    const consumer = await bench.consume(stream, () => {});
    await expect.poll(() => consumer.data().length, { timeout: 20_000 }).toBe(12);
    const sizes = consumer.deliveries.map(({ bytes }) => bytes);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024);
    expect(consumer.data()).toEqual(large);
    await consumer.stop();
  });

  test('waits for the batching window to fill', async () => {
    const stream = await bench.stream();
    const consumer = await bench.consume(stream, () => {}, { batchingWindowMs: 1000 });
    for (const text of texts(5)) await bench.put(stream, [text]);
    await expect.poll(() => consumer.deliveries.length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(consumer.deliveries[0]?.data).toEqual(texts(5));
    await consumer.stop();
  });
});

describe('failures', () => {
  test('are isolated by halving, and the record that keeps failing is given up', async () => {
    const stream = await bench.stream();
    await bench.put(stream, texts(8));
    const consumer = await bench.consume(
      stream,
      ({ data }) => {
        if (data.includes('e5')) throw new Error('poison');
      },
      { bisectOnError: true, maximumRetryAttempts: 1 },
    );
    await expect.poll(() => consumer.data().at(-1)).toBe('e7');
    expect(consumer.discarded).toMatchObject([
      { shardId: 'shardId-000000000000', discarded: { reason: 'RetryAttemptsExhausted', attempts: 2 } },
    ]);
    const succeeded = consumer.deliveries
      .filter(({ data }) => !data.includes('e5'))
      .flatMap(({ data }) => data);
    expect(succeeded).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e6', 'e7']);
    await consumer.stop();
  });

  test('of single items let the shard go on from the lowest', async () => {
    const stream = await bench.stream();
    await bench.put(stream, texts(6));
    const consumer = await bench.consume(
      stream,
      ({ sequenceNumbers }, call) =>
        call === 1
          ? { batchItemFailures: [4, 2].map((n) => ({ itemIdentifier: sequenceNumbers[n] })) }
          : undefined,
      { reportsItemFailures: true },
    );
    await expect.poll(() => consumer.deliveries.length).toBeGreaterThan(1);
    expect(consumer.deliveries.map(({ data }) => data)).toEqual([texts(6), ['e2', 'e3', 'e4', 'e5']]);
    await consumer.stop();
  });
});

test('filters keep records from the function and do not hold up the shard', async () => {
  const stream = await bench.stream();
  const consumer = await bench.consume(stream, () => {}, { filters: [{ data: { keep: [true] } }] });
  const events = texts(20).map((id, n) => JSON.stringify({ id, keep: n % 5 === 0 }));
  await bench.put(stream, ['not json', ...events]);
  await expect
    .poll(() => consumer.data().map((text) => JSON.parse(text).id))
    .toEqual(['e0', 'e5', 'e10', 'e15']);
  await consumer.stop();
});

describe('a restart', () => {
  test('goes on after the last success, and repeats what had not succeeded', async () => {
    const stream = await bench.stream();
    await bench.put(stream, ['a', 'b']);
    const first = await bench.consume(stream, ({ data }) => {
      if (data.includes('c')) throw new Error('not this');
    });
    await expect.poll(() => first.data()).toEqual(['a', 'b']);
    await bench.put(stream, ['c']);
    await expect.poll(() => first.data()).toContain('c');
    await first.stop();
    const second = await bench.consume(stream, () => {});
    await expect.poll(() => second.data()).toEqual(['c']);
    await second.stop();
  });

  test('of a mapping that began at the latest record loses none that came since it began', async () => {
    const stream = await bench.stream();
    await bench.put(stream, ['old']);
    const startingPosition = { kind: 'LATEST' } as const;
    const first = await bench.consume(stream, () => {}, { startingPosition });
    await first.stop();
    await bench.put(stream, ['new']);
    const second = await bench.consume(stream, () => {}, { startingPosition });
    await expect.poll(() => second.data()).toEqual(['new']);
    await second.stop();
  });
});

describe('resharding', () => {
  const split = async (StreamName: string): Promise<void> => {
    const [shard] = await bench.shards(StreamName);
    const middle = (BigInt(shard!.HashKeyRange.EndingHashKey) / 2n).toString();
    await bench.kinesis.call('SplitShard', {
      StreamName,
      ShardToSplit: shard!.ShardId,
      NewStartingHashKey: middle,
    });
    await expect.poll(() => bench.shards(StreamName)).toHaveLength(3);
  };

  test('delivers the whole parent before its children', async () => {
    const stream = await bench.stream();
    await bench.put(stream, texts(40, 'parent'));
    await split(stream);
    await bench.put(stream, texts(40, 'child'));
    let failures = 3;
    const consumer = await bench.consume(
      stream,
      () => {
        // A parent that is being retried holds its children back.
        if (failures-- > 0) throw new Error('later');
      },
      { batchSize: 10 },
    );
    await expect.poll(() => new Set(consumer.data()).size, { timeout: 20_000 }).toBe(80);
    const [parent, ...children] = (await bench.shards(stream)).map(({ ShardId }) => ShardId);
    const firstChild = consumer.deliveries.findIndex(({ shard }) => shard !== parent);
    expect(consumer.deliveries.slice(firstChild).every(({ shard }) => children.includes(shard))).toBe(true);
    const beforeChildren = consumer.deliveries.slice(0, firstChild).flatMap(({ data }) => data);
    expect(new Set(beforeChildren)).toEqual(new Set(texts(40, 'parent')));
    await consumer.stop();
    const again = await bench.consume(stream, () => {});
    await bench.put(stream, ['after']);
    await expect.poll(() => again.data()).toEqual(['after']);
    await again.stop();
  });

  test('is noticed while the shards are read, and a merge waits for both of its parents', async () => {
    const stream = await bench.stream();
    const consumer = await bench.consume(stream, () => {});
    await bench.put(stream, ['one']);
    await expect.poll(() => consumer.data()).toEqual(['one']);
    await split(stream);
    await bench.put(stream, texts(20, 'split'));
    await expect.poll(() => consumer.data().length, { timeout: 20_000 }).toBe(21);
    const [, left, right] = (await bench.shards(stream)).map(({ ShardId }) => ShardId);
    const merge = { StreamName: stream, ShardToMerge: left, AdjacentShardToMerge: right };
    await bench.kinesis.call('MergeShards', merge);
    await expect.poll(() => bench.shards(stream)).toHaveLength(4);
    await bench.put(stream, texts(20, 'merged'));
    await expect.poll(() => consumer.data().length, { timeout: 20_000 }).toBe(41);
    expect(consumer.data().slice(21)).toEqual(texts(20, 'merged'));
    await consumer.stop();
  });
});
