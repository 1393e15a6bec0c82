import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import kinesalite from 'kinesalite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { keyRecord, laneRecord } from '../../shared/streams/lane-record.ts';
import { laneOf } from '../../shared/streams/lanes.ts';
import { putOrdered } from '../../shared/streams/put.ts';

const LANES = 16;
const SHARDS = 4;

let server: Server;
let client: KinesisClient;

/** Makes a stream and waits until it takes records. */
async function createStream(name: string): Promise<void> {
  await client.send(new CreateStreamCommand({ StreamName: name, ShardCount: SHARDS }));
  await vi.waitFor(
    async () => {
      const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName: name }));
      expect(StreamDescription?.StreamStatus).toBe('ACTIVE');
    },
    { timeout: 20_000, interval: 20 },
  );
}

/** The texts of all records, shard by shard. */
async function readShards(name: string): Promise<string[][]> {
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamName: name }));
  const shards: string[][] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const type = { ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator: iterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: name, ShardId, ...type }),
    );
    const texts: string[] = [];
    for (let got = 1; got > 0 && iterator !== undefined; ) {
      const { Records = [], NextShardIterator } = await client.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      texts.push(...Records.map(({ Data }) => Buffer.from(Data ?? []).toString()));
      got = Records.length;
      iterator = NextShardIterator;
    }
    shards.push(texts);
  }
  return shards;
}

beforeAll(async () => {
  server = kinesalite({ createStreamMs: 10 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL_KINESIS', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  client = createKinesisClient();
});

afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllEnvs();
});

describe('putOrdered against an emulator', () => {
  it('keeps the order of every key in one shard per lane', async () => {
    await createStream('by-key');
    const records = Array.from({ length: 1_500 }, (_, n) => {
      const key = `device-${n % 600}`;
      return keyRecord(key, LANES, Buffer.from(`${key} ${n}`));
    });
    const outcome = await putOrdered(client, 'by-key', records);
    expect(outcome).toMatchObject({ stored: 1_500, failed: [] });

    const shards = await readShards('by-key');
    expect(shards.flat()).toHaveLength(1_500);
    for (const [shard, texts] of shards.entries()) {
      const last = new Map<string, number>();
      for (const text of texts) {
        const [key = '', n] = text.split(' ');
        expect(Math.floor(laneOf(key, LANES) / (LANES / SHARDS))).toBe(shard);
        expect(Number(n)).toBeGreaterThan(last.get(key) ?? -1);
        last.set(key, Number(n));
      }
    }
  });

  it('puts records of the largest size, more than one request may carry', async () => {
    await createStream('large');
    const size = 1024 * 1024 - 'lane-15'.length;
    const records = Array.from({ length: LANES }, (_, lane) =>
      laneRecord(lane, LANES, Buffer.alloc(size, 'x')),
    );
    const outcome = await putOrdered(client, 'large', records);
    expect(outcome).toMatchObject({ stored: LANES, failed: [] });
    expect(outcome.requests).toBeGreaterThanOrEqual(4);
  });

  it('reports a stream that does not exist at once', async () => {
    const outcome = await putOrdered(client, 'nowhere', [laneRecord(0, LANES, Buffer.from('x'))]);
    expect(outcome).toMatchObject({
      stored: 0,
      requests: 1,
      failed: [{ code: 'ResourceNotFoundException' }],
    });
  });

  it('reports an endpoint that nobody listens at, after its retries', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_KINESIS', 'http://127.0.0.1:1');
    const unreachable = createKinesisClient();
    const outcome = await putOrdered(unreachable, 'by-key', [laneRecord(0, LANES, Buffer.from('x'))], {
      attempts: 3,
      backoff: { base: 1, cap: 1 },
    });
    unreachable.destroy();
    expect(outcome).toMatchObject({
      stored: 0,
      requests: 3,
      failed: [{ index: 0, sent: true }],
      fatal: undefined,
    });
  });
});
