import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { beforeAll, expect, test } from 'vitest';
import type { LocalRun } from '../../tools/local/run.ts';
import { publishRun } from '../../tools/local/run-file.ts';
import { aggregated } from '../factories/events.ts';
import {
  becomesEqual,
  countsOf,
  EVENTUALLY,
  postAll,
  pushTime,
  STAGES,
  traffic,
} from '../support/api-client.ts';
import { startTestRun } from '../support/test-run.ts';

const START = Date.UTC(2026, 2, 1);
const DAY = 86_400_000;

const good = Array.from({ length: 9 }, (_, n) =>
  traffic({ event_id: `good-${n}`, device: `d${n % 3}`, ts: START + n * 20_000, receive_bytes: n + 1 }),
);

let run: LocalRun;
let kinesis: KinesisClient;

beforeAll(async () => {
  const own = await startTestRun({ drainMs: 0 });
  run = own.run;
  kinesis = new KinesisClient({
    endpoint: run.endpoints.kinesis,
    region: run.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });
  return async () => {
    kinesis.destroy();
    await own.remove();
  };
}, 120_000);

/** Puts a record past ingestion; resolves to its sequence number. */
async function put(bytes: Uint8Array): Promise<string> {
  const StreamName = run.streams.find((name) => /events/i.test(name))!;
  const { SequenceNumber } = await kinesis.send(
    new PutRecordCommand({ StreamName, PartitionKey: 'somebody', Data: bytes }),
  );
  return SequenceNumber!;
}

const cloudEvent = (line: string): Record<string, unknown> => {
  const data = JSON.parse(line) as { event_id: string; ts: number };
  const time = new Date(data.ts).toISOString();
  return { specversion: '1.0', id: data.event_id, source: '/test', type: 'network-traffic', time, data };
};

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

interface SetAside {
  readonly path: string;
  readonly sequence: string;
  readonly sub: number;
  readonly code: string;
  readonly reason: string;
  readonly bytes: Buffer;
}

/** What the lake holds of what a stage could not use, in the order of the stream. */
function setAsideBy(stage: string): SetAside[] {
  const bucket = join(run.dataDir, 's3', run.buckets[0]!);
  const root = join(bucket, 'rejected', `stage=${stage}`);
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const item = JSON.parse(readFileSync(path, 'utf8')) as Omit<SetAside, 'bytes'> & { bytes: string };
      return { ...item, path: relative(bucket, path), bytes: Buffer.from(item.bytes, 'base64') };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const CLI = fileURLToPath(new URL('../../tools/cli/millrace.js', import.meta.url));
const millrace = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [CLI, ...args, '--data', run.dataDir])).stdout;

test('what cannot be used is set aside with its reason and its bytes, and holds nothing up', async () => {
  await postAll(run.url, [good[0]!]);
  const text = Buffer.from('hello, this is not an event');
  const binary = Buffer.from([0xff, 0x00, 0xfe, 0x01]);
  const kpl = (...parts: Buffer[]) =>
    aggregated(parts.map((part, n) => ({ partitionKey: `p${n}`, data: part })));
  const broken = kpl(json(cloudEvent(good[1]!)));
  broken[broken.length - 1]! ^= 1;
  const { send_bytes: _, ...incomplete } = JSON.parse(traffic({ event_id: 'incomplete', ts: START }));
  const invalid = { ...cloudEvent(traffic({ event_id: 'incomplete', ts: START })), data: incomplete };
  const ahead = cloudEvent(traffic({ event_id: 'ahead', ts: Date.now() + DAY }));
  const inside = Buffer.from('not an event either');

  const sequences = [
    await put(text),
    await put(binary),
    await put(broken),
    await put(
      kpl(json(cloudEvent(good[1]!)), json(cloudEvent(good[2]!)), inside, json(cloudEvent(good[3]!))),
    ),
    await put(json([cloudEvent(good[4]!), invalid, cloudEvent(good[5]!)])),
    await put(json(ahead)),
  ];
  await put(json(cloudEvent(good[6]!)));
  await postAll(run.url, [good[7]!, good[8]!]);
  await postAll(run.url, pushTime(START + 300_000));
  await becomesEqual(run.url, good);

  const counts = { accepted: good.length + 64, duplicate: 0, late: 0, rejected: 6 };
  await expect
    .poll(() => countsOf(run.url), EVENTUALLY)
    .toEqual({ 'device-traffic': counts, 'ip-share': counts });
  for (const stage of STAGES) {
    const found = setAsideBy(stage);
    expect(found).toMatchObject(
      [
        { sequence: sequences[0], sub: 0, code: 'undecodable', reason: 'of no known format', bytes: text },
        { sequence: sequences[1], sub: 0, code: 'undecodable', reason: 'of no known format', bytes: binary },
        { sequence: sequences[2], sub: 0, code: 'undecodable', reason: /aggregated/, bytes: broken },
        { sequence: sequences[3], sub: 2, code: 'undecodable', reason: 'of no known format', bytes: inside },
        { sequence: sequences[4], sub: 1, code: 'invalid', reason: /^send_bytes:/ },
        { sequence: sequences[5], sub: 0, code: 'future', reason: /ahead of its arrival/ },
      ].map(({ reason, ...rest }) => ({ ...rest, reason: expect.stringMatching(reason) })),
    );
    expect(JSON.parse(found[4]!.bytes.toString())).toMatchObject(invalid);
    expect(JSON.parse(found[5]!.bytes.toString())).toMatchObject(ahead);
    for (const { path, sequence, sub } of found) {
      expect(path).toMatch(
        new RegExp(
          `^rejected/stage=${stage}/dt=\\d{4}-\\d\\d-\\d\\d/shardId-0{12}-${sequence}-${sub}\\.json$`,
        ),
      );
    }
  }
});

test('landing sets aside what cannot be decoded, and lands all the rest', async () => {
  await expect.poll(() => setAsideBy('lake').length, EVENTUALLY).toBe(4);
  expect(setAsideBy('lake').map(({ code, sub }) => [code, sub])).toEqual([
    ['undecodable', 0],
    ['undecodable', 0],
    ['undecodable', 0],
    ['undecodable', 2],
  ]);
  const columns = [
    'id',
    'type',
    'source',
    'time',
    'arrival',
    'partition_key',
    'pipeline',
    'shard',
    'sequence',
  ];
  const complete = [...columns, 'sub_sequence', 'data'].map((name) => `${name} IS NOT NULL`).join(' AND ');
  const sql = `SELECT count(*) AS n, count(DISTINCT id) AS ids, bool_and(${complete}) AS complete FROM raw`;
  // 9 good ones, 64 that push time, one that is invalid and one that is ahead.
  await expect
    .poll(() => millrace('query', sql, '--format', 'csv'), EVENTUALLY)
    .toBe('n,ids,complete\n75,75,true\n');
});

test('what was set aside can be mended and put back, and is counted once', async () => {
  publishRun(run);
  const filter = ['--stage', 'device-traffic'];
  const listed = (await millrace('rejected', 'list', ...filter, '--format', 'ndjson')).trim().split('\n');
  expect(listed).toHaveLength(6);
  const fresh = traffic({ event_id: 'unreadable', device: 'd1', ts: START + 30_000 });
  const mended = listed
    .map((line) => JSON.parse(line) as { name: string; code: string; text?: string })
    .flatMap(({ name, code, text = '' }) => {
      if (code === 'invalid') {
        const event = JSON.parse(text) as { data: Record<string, unknown> };
        return [{ name, event: { ...event, data: { ...event.data, send_bytes: 5 } } }];
      }
      return text.startsWith('hello') ? [{ name, event: cloudEvent(fresh) }] : [];
    });
  const patch = join(run.dataDir, 'mended.ndjson');
  writeFileSync(patch, mended.map((line) => JSON.stringify(line)).join('\n'));

  const redrive = (...more: string[]) =>
    millrace('rejected', 'redrive', ...filter, '--patch', patch, ...more);
  expect(await redrive('--dry-run')).toBe('would put back 2; 4 left out\n');
  expect(await redrive()).toBe('put back 2; 4 left out\n');
  expect(await redrive()).toBe('put back 0; 4 left out\n');
  expect(await redrive('--again')).toBe('put back 2; 4 left out\n');

  const incomplete = traffic({ event_id: 'incomplete', ts: START, send_bytes: 5 });
  await expect
    .poll(() => countsOf(run.url), EVENTUALLY)
    .toMatchObject({ 'device-traffic': { accepted: 75, duplicate: 2, rejected: 6 } });
  await becomesEqual(run.url, [...good, incomplete, fresh]);
  const ids =
    "SELECT _id, count(*) AS times FROM network_traffic WHERE _id IN ('incomplete', 'unreadable') GROUP BY 1 ORDER BY 1";
  await expect
    .poll(() => millrace('query', ids, '--format', 'csv'), EVENTUALLY)
    .toBe('_id,times\nincomplete,1\nunreadable,1\n');
  const [{ name } = { name: '' }] = mended;
  expect(JSON.parse(await millrace('rejected', 'show', name))).toMatchObject({
    name,
    redriven: [{ patched: expect.any(String) }, { patched: expect.any(String) }],
  });
});
