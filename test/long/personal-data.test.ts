import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { decompress } from '../../shared/state/compress.ts';
import { AwsJsonClient } from '../../tools/local/aws-json.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import personal from '../pipelines/personal.ts';
import { EVENTUALLY, stageCounts } from '../support/api-client.ts';
import { synthesizePipeline } from '../support/test-app.ts';
import { startTestRun } from '../support/test-run.ts';

let run: LocalRun;

beforeAll(async () => {
  const own = await startTestRun({ app: synthesizePipeline('personal', personal) });
  run = own.run;
  return own.remove;
}, 120_000);

const PERSON = 'Zq7 Maxine Musterfrau';
const EMAIL = 'zq7.maxine@example.com';
const FRIEND = 'Zq7 Otto Normal';
const RAW = /zq7/i;
const start = Date.UTC(2026, 0, 1);

const visit = (n: number, at: number, over: object = {}) => ({
  id: `v-${n}`,
  visitor: PERSON,
  email: EMAIL,
  contacts: [{ name: FRIEND }],
  pages: 2,
  at,
  ...over,
});

async function post(body: unknown, path = '/v1/events/visit') {
  const headers = { 'x-api-key': 'local', 'content-type': 'application/json' };
  const answer = await fetch(run.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, text };
}

async function itemsOf(): Promise<{ key: string; values: Record<string, number>; final: boolean }[]> {
  const answer = await fetch(`${run.url}/v1/windows/visits`);
  return ((await answer.json()) as { items: never[] }).items;
}

/** The bytes of every record of every stream. */
async function records(): Promise<string[]> {
  const kinesis = new AwsJsonClient('kinesis', run.endpoints.kinesis);
  const texts: string[] = [];
  for (const StreamName of run.streams) {
    const { Shards } = await kinesis.call<{ Shards: { ShardId: string }[] }>('ListShards', { StreamName });
    for (const { ShardId } of Shards) {
      const asked = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
      const { ShardIterator } = await kinesis.call<{ ShardIterator: string }>('GetShardIterator', asked);
      const { Records } = await kinesis.call<{ Records: { Data: string; PartitionKey: string }[] }>(
        'GetRecords',
        {
          ShardIterator,
        },
      );
      texts.push(...Records.map((record) => record.PartitionKey + Buffer.from(record.Data, 'base64')));
    }
  }
  kinesis.close();
  return texts;
}

/** The items of every table, inflated where they are compressed. */
async function items(): Promise<string> {
  const dynamodb = new AwsJsonClient('dynamodb', run.endpoints.dynamodb);
  const all = await Promise.all(run.tables.map((TableName) => dynamodb.call('Scan', { TableName })));
  dynamodb.close();
  return JSON.stringify(all, (name, value) => (name === 'B' ? plain(value as string) : value));
}

/** The bytes of an attribute, inflated: in base64 a name would be found by chance. */
function plain(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  try {
    return decompress(bytes).toString('latin1');
  } catch {
    return bytes.toString('latin1');
  }
}

/** The files below a folder, inflated where they are compressed. */
function files(path: string): { path: string; text: string }[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const full = join(path, entry.name);
    if (entry.isDirectory()) return files(full);
    const bytes = readFileSync(full);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return [{ path: full, text: (isGzip ? gunzipSync(bytes) : bytes).toString('latin1') }];
  });
}

test('no raw value reaches stream, lake, logs or results, and pseudonyms count as persons do', async () => {
  const good = [visit(1, start), visit(2, start + 1), visit(3, start + 2, { visitor: 'Zq7 Somebody Else' })];
  const taken = await post(good);
  expect(taken.status).toBe(202);
  const event = {
    specversion: '1.0',
    type: 'visit',
    id: `${PERSON}-4`,
    source: `/${EMAIL}`,
    subject: FRIEND,
  };
  const cloud = { ...event, time: new Date(start + 3).toISOString(), data: visit(4, start + 3) };
  expect((await post([cloud], '/v1/events')).status).toBe(202);
  // What is refused is told without its values.
  const refused = [
    visit(5, start, { pages: 'many' }),
    visit(6, start, { visitor: [PERSON] }),
    visit(7, Date.now() + 86_400_000),
    { ...visit(8, start), id: PERSON, pages: -1 },
  ];
  for (const body of [refused, PERSON, { data: EMAIL }]) {
    const answer = await post(body);
    expect([answer.status, RAW.test(answer.text)]).toEqual([400, false]);
  }
  const moveTo = (at: number) =>
    post(Array.from({ length: 32 }, (_, n) => visit(at + n, start + at, { visitor: `Zq7-${n}` })));
  const ofPerson = async (events: number) =>
    (await itemsOf()).filter(({ values }) => values.events === events);
  // Past the window's end, when a late one still counts, and past its lateness, when one does not.
  await moveTo(75_000);
  await expect.poll(() => ofPerson(3), EVENTUALLY).toHaveLength(1);
  await post(visit(9, start + 4));
  await expect
    .poll(() => ofPerson(4), EVENTUALLY)
    .toMatchObject([{ key: expect.stringMatching(/^psn_k1_[\w-]{32}$/), values: { pages: 8 } }]);
  await moveTo(300_000);
  await expect.poll(async () => (await ofPerson(4))[0]?.final, EVENTUALLY).toBe(true);
  await post(visit(10, start + 5));
  await expect.poll(async () => (await stageCounts(run.url)).visits?.late, EVENTUALLY).toBe(1);
  expect(JSON.stringify(await itemsOf())).not.toMatch(RAW);

  const streamed = await records();
  expect(streamed.join('')).toContain('psn_k1_');
  for (const text of streamed) expect(text).not.toMatch(RAW);
  expect(await items()).not.toMatch(RAW);
  const lake = () => files(join(run.dataDir, 's3')).filter(({ path }) => path.includes('/raw/'));
  await expect.poll(() => lake().length, EVENTUALLY).toBeGreaterThan(0);
  for (const { path, text } of [...files(join(run.dataDir, 's3')), ...files(join(run.dataDir, 'logs'))]) {
    expect([path, RAW.test(text)]).toEqual([path, false]);
  }
}, 120_000);
