import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  MergeShardsCommand,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import kinesalite from 'kinesalite';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { encodeCompact } from '../../shared/events/compact.ts';
import { listShards } from '../../shared/streams/shards.ts';
import { followStream } from '../../tools/cli/tail/follow-stream.ts';
import { clientOptions, type Place } from '../../tools/deployed/clients.ts';
import { aggregated, cloudEvent, jsonBytes, streamEvent } from '../factories/events.ts';

const STREAM = 'the-results';
const EVENTUALLY = { timeout: 20_000, interval: 20 };
const MIDDLE = 2n ** 127n;

let server: Server;
let place: Place;
let client: KinesisClient;
const children: ChildProcess[] = [];

beforeAll(async () => {
  server = kinesalite({ createStreamMs: 1, updateStreamMs: 1 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  client = new KinesisClient(clientOptions(place, 'kinesis'));
  await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: 1 }));
  await isActive();
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  client?.destroy();
  server?.close();
});

async function isActive(): Promise<void> {
  const status = async () => {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }));
    return answer.StreamDescriptionSummary?.StreamStatus;
  };
  await vi.waitUntil(async () => (await status()) === 'ACTIVE', EVENTUALLY);
}

const put = (Data: Uint8Array, hashKey = 0n) =>
  client.send(
    new PutRecordCommand({
      StreamName: STREAM,
      PartitionKey: 'any',
      Data,
      ExplicitHashKey: String(hashKey),
    }),
  );

const idsOf = async (): Promise<string[]> => (await listShards(client, STREAM)).map(({ shard }) => shard);

test('records come in order of their lane through a split and a merge, each once', async () => {
  const seen: string[] = [];
  const abort = new AbortController();
  let failure: unknown;
  const followed = followStream({
    client,
    stream: STREAM,
    start: 'oldest',
    interval: 5,
    refresh: 50,
    signal: abort.signal,
    onRecord: ({ Data }) => seen.push(Buffer.from(Data ?? []).toString()),
  }).catch((error: unknown) => {
    failure = error;
  });
  const sent: string[] = [];
  const sendRound = async (round: string): Promise<void> => {
    for (const [lane, hashKey] of [
      ['low', 0n],
      ['high', MIDDLE],
    ] as const) {
      for (let n = 0; n < 3; n++) {
        const text = `${lane} ${round}${n}`;
        await put(Buffer.from(text), hashKey);
        sent.push(text);
      }
    }
  };
  await sendRound('a');
  const [only = ''] = await idsOf();
  await client.send(
    new SplitShardCommand({ StreamName: STREAM, ShardToSplit: only, NewStartingHashKey: String(MIDDLE) }),
  );
  await isActive();
  await sendRound('b');
  const [, left = '', right = ''] = await idsOf();
  await client.send(
    new MergeShardsCommand({ StreamName: STREAM, ShardToMerge: left, AdjacentShardToMerge: right }),
  );
  await isActive();
  await sendRound('c');
  await expect.poll(() => seen.length, EVENTUALLY).toBe(sent.length);
  abort.abort();
  await followed;
  expect(failure).toBeUndefined();
  for (const lane of ['low', 'high']) {
    const ofLane = (texts: readonly string[]) => texts.filter((text) => text.startsWith(lane));
    expect(ofLane(seen)).toEqual(ofLane(sent));
  }
});

test('a stream that is not there is told', async () => {
  const options = { client, interval: 5, refresh: 50, signal: new AbortController().signal };
  const followed = followStream({ ...options, stream: 'nowhere', start: 'latest', onRecord: () => {} });
  await expect(followed).rejects.toThrow('nowhere');
});

/** `millrace tail` on a local run whose results stream is this one. */
function tail(folder: string, ...args: string[]) {
  const kinesis = place.endpoint ?? '';
  const endpoints = { kinesis, dynamodb: '', s3: '', lambda: '', sns: '', secretsManager: '' };
  const run = { endpoints, region: 'us-east-1', outputs: { NetworkTrafficResultsStream: STREAM } };
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [manifest.bin.millrace, 'tail', ...args, '--data', folder], {
    env: { ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  return { child, output: () => output };
}

test('the command shows events of every format, those that are wanted, and ends when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tail-'));
  try {
    const { child, output } = tail(
      folder,
      'results',
      '--from',
      'latest',
      '--key',
      'wanted',
      '--format',
      'json',
    );
    const bare = tail(folder, 'network-traffic/results', '--from', 'oldest');
    const one = (id: string, key = 'wanted') => streamEvent({ id, key });
    const single = (id: string, key = 'wanted') => jsonBytes(cloudEvent({}, one(id, key)));
    // It says nothing when it begins, so it is told again and again until it has heard.
    const warm = async () => {
      await put(single('warm'));
      return output().includes('"warm"');
    };
    await expect.poll(warm, EVENTUALLY).toBe(true);
    await put(single('single'));
    await put(single('other', 'unwanted'));
    await put(jsonBytes([cloudEvent({}, one('batch-1')), cloudEvent({}, one('batch-2', 'unwanted'))]));
    await put(encodeCompact([one('compact-1'), one('compact-2')]));
    await put(aggregated([{ partitionKey: 'any', data: single('kpl') }]));
    await put(Buffer.from('rubbish\u001b[31m'));
    await put(single('last'));
    const ids = () =>
      output()
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id)
        .filter((id) => id !== 'warm');
    await expect
      .poll(ids, EVENTUALLY)
      .toEqual(['single', 'batch-1', 'compact-1', 'compact-2', 'kpl', 'last']);
    // What is no event is shown with the reason, and cannot play with the terminal.
    await expect.poll(bare.output, EVENTUALLY).toContain('last');
    expect(bare.output()).toMatch(/not an event \(of no known format\).*rubbish·\[31m/);
    const exits = [child, bare.child].map((one) => once(one, 'exit'));
    child.kill('SIGINT');
    bare.child.kill('SIGTERM');
    expect(await Promise.all(exits)).toEqual([
      [0, null],
      [0, null],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('it ends by itself after as many events as are asked for, and says what streams there are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tail-'));
  try {
    const { child, output } = tail(
      folder,
      'results',
      '--from',
      '1 hour',
      '--type',
      'network-traffic',
      '--limit',
      '2',
    );
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(output().trim().split('\n')).toHaveLength(2);
    const wrong = tail(folder, 'nonsense');
    expect(await once(wrong.child, 'exit')).toEqual([2, null]);
    expect(wrong.output()).toContain('network-traffic/results');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
