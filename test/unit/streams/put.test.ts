import { KinesisClient, PutRecordsCommand, type PutRecordsCommandInput } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { LaneRecord } from '../../../shared/streams/lane-record.ts';
import { keyRecord, laneRecord } from '../../../shared/streams/lane-record.ts';
import { type PutOptions, putOrdered } from '../../../shared/streams/put.ts';
import { type Behaviour, FakeStream } from '../../factories/fake-stream.ts';

const mock = mockClient(KinesisClient);
afterAll(() => mock.restore());
const client = new KinesisClient({ region: 'eu-west-1' });
const QUICK: Partial<PutOptions> = { backoff: { base: 0, cap: 0 } };

const record = (order: string | number, name: string): LaneRecord => ({
  order,
  partitionKey: `${order}`,
  explicitHashKey: '0',
  data: Buffer.from(name),
});

function serve(...script: Behaviour[]): FakeStream {
  const stream = new FakeStream(script);
  mock.on(PutRecordsCommand).callsFake((input: PutRecordsCommandInput) => stream.put(input));
  return stream;
}

const put = (records: LaneRecord[], options: Partial<PutOptions> = {}) =>
  putOrdered(client, 'events', records, { ...QUICK, ...options });

beforeEach(() => mock.reset());

describe('putOrdered', () => {
  it('sends nothing for nothing', async () => {
    const stream = serve();
    expect(await put([])).toEqual({
      stored: 0,
      reached: new Map(),
      failed: [],
      requests: 0,
      retried: 0,
      fatal: undefined,
    });
    expect(stream.requests).toHaveLength(0);
  });

  it('sends one record of each ordering key per request, in rounds', async () => {
    const stream = serve();
    const outcome = await put([record('a', 'a1'), record('b', 'b1'), record('a', 'a2'), record('a', 'a3')]);
    expect(outcome).toMatchObject({ stored: 4, failed: [], requests: 3 });
    expect(stream.stored).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('says where records go: explicit hash key and partition key', async () => {
    const stream = serve();
    await put([laneRecord(1, 2, Buffer.from('x')), keyRecord('device-1', 1, Buffer.from('y'))]);
    expect(stream.requests[0]).toEqual({
      StreamName: 'events',
      Records: [
        { PartitionKey: 'lane-1', ExplicitHashKey: `${3n << 126n}`, Data: Buffer.from('x') },
        { PartitionKey: 'device-1', ExplicitHashKey: `${1n << 127n}`, Data: Buffer.from('y') },
      ],
    });
  });

  it('retries a failed record before the next of its key, while other keys go on', async () => {
    const stream = serve({ kind: 'partial', fail: [true, false] });
    const outcome = await put([record('a', 'a1'), record('b', 'b1'), record('a', 'a2'), record('b', 'b2')]);
    expect(outcome).toMatchObject({ stored: 4, failed: [], retried: 1 });
    expect(stream.stored.indexOf('a1')).toBeLessThan(stream.stored.indexOf('a2'));
    expect(stream.stored.indexOf('b1')).toBeLessThan(stream.stored.indexOf('b2'));
  });

  it('gives a key up after its attempts, sends nothing behind it, and stores the other keys', async () => {
    serve(...Array.from({ length: 3 }, () => ({ kind: 'partial', fail: [true] }) as const));
    const records = [record('a', 'a1'), record('a', 'a2'), record('b', 'b1')];
    const outcome = await put(records, { attempts: 3, parallel: 1 });
    expect(outcome.stored).toBe(1);
    expect(outcome.failed).toEqual([
      {
        index: 0,
        code: 'ProvisionedThroughputExceededException',
        message: 'slow down',
        sent: true,
      },
      { index: 1, code: 'NotSent', message: expect.stringContaining('before it'), sent: false },
    ]);
  });

  it('stops at its budget of time', async () => {
    mock.on(PutRecordsCommand).callsFake(({ Records }: PutRecordsCommandInput) => ({
      Records: Records?.map(() => ({ ErrorCode: 'InternalFailure' })),
    }));
    const started = Date.now();
    const outcome = await put([record('a', 'a1')], {
      budget: 60,
      attempts: 1_000,
      backoff: { base: 10, cap: 10 },
    });
    expect(outcome.failed).toMatchObject([{ index: 0, code: 'InternalFailure', sent: true }]);
    expect(outcome.requests).toBeGreaterThan(1);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('repeats a request whose answer was lost: stored twice, in order', async () => {
    const stream = serve({ kind: 'after' }, { kind: 'hang' });
    const outcome = await put([record('a', 'a1'), record('b', 'b1'), record('a', 'a2')], {
      requestTimeout: 15,
    });
    expect(outcome).toMatchObject({ stored: 3, failed: [] });
    expect(stream.stored).toEqual(['a1', 'b1', 'a1', 'b1', 'a2']);
  });

  it('stops at once at an error that no retry cures', async () => {
    serve({ kind: 'final', name: 'ResourceNotFoundException' });
    const outcome = await put([record('a', 'a1'), record('a', 'a2')]);
    expect(outcome).toMatchObject({
      stored: 0,
      requests: 1,
      fatal: expect.objectContaining({ name: 'ResourceNotFoundException' }),
      failed: [
        { index: 0, code: 'ResourceNotFoundException', sent: true },
        { index: 1, code: 'NotSent', sent: false },
      ],
    });
  });

  it('takes an answer that is too short for a failure of what it leaves out', async () => {
    mock
      .on(PutRecordsCommand)
      .resolvesOnce({ Records: [] })
      .resolves({ Records: [{ SequenceNumber: '1' }] });
    expect(await put([record('a', 'a1')])).toMatchObject({ stored: 1, requests: 2, retried: 1 });
  });

  it('reports a record over 1 MiB without sending it, and goes on behind it', async () => {
    const stream = serve();
    const large = { ...record('a', ''), data: Buffer.alloc(1024 * 1024) };
    const outcome = await put([record('a', 'a1'), large, record('a', 'a3')]);
    expect(outcome.failed).toMatchObject([{ index: 1, code: 'RecordTooLarge', sent: false }]);
    expect(stream.stored).toEqual(['a1', 'a3']);
  });

  it('fills requests to 500 records and 5 MiB', async () => {
    const stream = serve();
    await put(
      Array.from({ length: 1_200 }, (_, n) => record(n, 'x')),
      { parallel: 1 },
    );
    expect(stream.requests.map(({ Records }) => Records?.length)).toEqual([500, 500, 200]);
    const big = serve();
    const records = Array.from({ length: 12 }, (_, n) => ({
      ...record(n, ''),
      data: Buffer.alloc(1_000_000),
    }));
    await put(records, { parallel: 1 });
    expect(big.requests.map(({ Records }) => Records?.length)).toEqual([5, 5, 2]);
  });

  it('keeps several requests under way', async () => {
    let open = 0;
    let most = 0;
    mock.on(PutRecordsCommand).callsFake(async ({ Records }: PutRecordsCommandInput) => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
      return { Records: Records?.map((_, n) => ({ SequenceNumber: `${n}` })) };
    });
    const records = Array.from({ length: 5_000 }, (_, n) => record(n, 'x'));
    expect(await put(records, { parallel: 3 })).toMatchObject({ stored: 5_000, requests: 10 });
    expect(most).toBe(3);
  });

  const behaviour = fc.oneof(
    fc.constant<Behaviour>({ kind: 'ok' }),
    fc.array(fc.boolean(), { maxLength: 12 }).map((fail): Behaviour => ({ kind: 'partial', fail })),
    fc.constantFrom<Behaviour>({ kind: 'before' }, { kind: 'after' }, { kind: 'hang' }, { kind: 'lost' }),
  );

  it('keeps the order of every key and reports exactly, whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 25 }),
        fc.array(behaviour, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (orders, script, attempts, parallel) => {
          const stream = serve(...script);
          const records = orders.map((order, n) => record(order, `${order}:${n}`));
          const outcome = await put(records, { attempts, parallel, requestTimeout: 15 });
          stream.settle();

          const failed = new Set(outcome.failed.map(({ index }) => index));
          expect(outcome.stored + failed.size).toBe(records.length);
          const present = new Set(stream.stored);
          for (const [index, { data }] of records.entries()) {
            if (!failed.has(index)) expect(present).toContain(`${data}`);
          }
          for (const { index, sent } of outcome.failed) {
            if (!sent) expect(present).not.toContain(`${records[index]?.data}`);
          }
          // First occurrences, key by key: what was sent, in order, up to where it was given up.
          for (const order of new Set(orders)) {
            const ofKey = (text: string) => text.startsWith(`${order}:`);
            const sent = records.map(({ data }) => `${data}`).filter(ofKey);
            const seen = [...present].filter(ofKey);
            expect(seen).toEqual(sent.slice(0, seen.length));
          }
          expect(stream.overlaps).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
