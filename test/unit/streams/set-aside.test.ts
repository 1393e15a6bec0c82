import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type SetAsideItem, setAside, setAsideKey } from '../../../shared/streams/set-aside.ts';

const mock = mockClient(S3Client);
afterAll(() => mock.restore());
const client = new S3Client({ region: 'eu-west-1' });
const place = { bucket: 'lake', stage: 'ip-share', stream: 'events', shard: 'shardId-000000000003' };
const item = (sub: number): SetAsideItem => ({
  sequence: '49590338271490256608559692538361571095921575989136588898',
  sub,
  arrival: Date.UTC(2026, 10, 21, 23, 59, 59, 999),
  code: 'undecodable',
  reason: 'not JSON',
  bytes: Buffer.from('{nonsense'),
});

beforeEach(() => mock.reset());

describe('setAside', () => {
  it('writes one object per item, named by its position', async () => {
    mock.on(PutObjectCommand).resolves({});
    await setAside(client, place, [item(7)]);
    const { Bucket, Key, Body, ContentType } = mock.commandCalls(PutObjectCommand)[0]!.args[0].input;
    expect({ Bucket, Key, ContentType }).toEqual({
      Bucket: 'lake',
      Key: `rejected/stage=ip-share/dt=2026-11-21/shardId-000000000003-${item(7).sequence}-7.json`,
      ContentType: 'application/json',
    });
    expect(JSON.parse(Body as string)).toEqual({
      stage: 'ip-share',
      stream: 'events',
      shard: 'shardId-000000000003',
      sequence: item(7).sequence,
      sub: 7,
      arrival: '2026-11-21T23:59:59.999Z',
      reason: 'not JSON',
      code: 'undecodable',
      bytes: Buffer.from('{nonsense').toString('base64'),
    });
  });

  it('gives a repeated delivery the same names, and different positions different ones', () => {
    const names = [0, 1, 10].map((sub) => setAsideKey(place, item(sub)));
    expect(names).toEqual([0, 1, 10].map((sub) => setAsideKey(place, { ...item(sub) })));
    expect(new Set(names).size).toBe(3);
  });

  it('writes many, a bounded number at a time', async () => {
    let open = 0;
    let most = 0;
    mock.on(PutObjectCommand).callsFake(async () => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
      return {};
    });
    await setAside(
      client,
      place,
      Array.from({ length: 200 }, (_, sub) => item(sub)),
    );
    expect(mock.commandCalls(PutObjectCommand)).toHaveLength(200);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('throws what S3 throws, so that the delivery is repeated', async () => {
    mock.on(PutObjectCommand).rejects(new Error('SlowDown'));
    await expect(setAside(client, place, [item(0), item(1)])).rejects.toThrow('SlowDown');
  });
});
