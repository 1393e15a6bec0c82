import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compactLake } from '../../shared/lake/compact.ts';
import { LakeObjects } from '../../shared/lake/object-store.ts';
import { typeTable } from '../../shared/lake/tables.ts';
import networkTraffic, { deviceTraffic, ipShare, traffic } from '../../shared/pipelines/network-traffic.ts';
import { generateTraffic } from '../../tools/bench/traffic.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { s3Options } from '../../tools/deployed/clients.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import { startLocal } from '../../tools/local/start-local.ts';
import { expectedResults } from '../oracle/windows.ts';
import { pushTime } from '../support/api-client.ts';
import { auditLake } from '../support/audit.ts';
import { MemoryMarks } from '../support/memory-marks.ts';
import { temporaryFolder } from '../support/millrace-process.ts';

/** EVENTS=1000000 is the long form. */
const EVENTS = Number(process.env.EVENTS ?? 50_000);
/** An access log, such as ACCESS_LOG=/var/log/apache2/access.log. */
const { ACCESS_LOG } = process.env;
const ROOT = join(import.meta.dirname, '../..');
const HOUR = 3_600_000;
const PATIENCE = { timeout: 900_000, interval: 2_000 } as const;

let folder: ReturnType<typeof temporaryFolder>;
let run: LocalRun;

beforeEach(async () => {
  folder = temporaryFolder();
  run = await startLocal({ dataDir: join(folder.path, 'data') });
}, 300_000);
afterEach(async () => {
  await run?.stop();
  folder.remove();
}, 120_000);

const lake = () => join(run.dataDir, 's3', run.buckets[0] ?? '');

async function rowsOf(sql: string) {
  const database = await LakeDatabase.open(lake(), [traffic]);
  try {
    return (await database.query(sql)).rows;
  } finally {
    database.close();
  }
}

/** By the command, in a process of its own; the run is in this one, and must go on. */
async function send(name: string, lines: readonly string[]): Promise<void> {
  const file = join(folder.path, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  const command = ['tools/cli/millrace.js', 'send', file, '--type', traffic.name, '--url', run.url];
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [status] = (await once(child, 'close')) as [number];
  expect([status, status === 0 ? '' : said]).toEqual([0, '']);
}

/** One value of one final result is another. */
function alter(): string {
  const files = readdirSync(join(lake(), 'results'), { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => file.endsWith('.json.gz'))) {
    const path = join(lake(), 'results', name);
    const lines = gunzipSync(readFileSync(path)).toString().split('\n');
    const at = lines.findIndex(
      (line) => line.includes('"stage":"device-traffic"') && line.includes('"final":true'),
    );
    if (at < 0) continue;
    const row = JSON.parse(lines[at]!) as { key: string; data: string };
    const data = JSON.parse(row.data) as { receive_bytes: number };
    row.data = JSON.stringify({ ...data, receive_bytes: data.receive_bytes + 1 });
    lines[at] = JSON.stringify(row);
    writeFileSync(path, gzipSync(lines.join('\n')));
    return row.key;
  }
  throw new Error('there is no final result');
}

const LATEST = `SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY stage, key, window_start, window_end ORDER BY revision DESC) AS place FROM results
) AS revisions WHERE place = 1 AND final`;

/** Sends events, and asks the lake about them in every way that there is. */
async function lakeAgrees(lines: readonly string[]): Promise<void> {
  const seconds = stopwatch();
  const expected = expectedResults(lines);
  const results = expected.get('device-traffic')!;
  const total = (name: string) =>
    [...results.values()].reduce((sum, values) => sum + Number(values[name]), 0);
  const totals = ['events', 'receive_bytes', 'send_bytes', 'receive_packets', 'send_packets'].map(total);
  const times = lines.map((line) => (JSON.parse(line) as { ts: number }).ts);
  const last = times.reduce((latest, time) => Math.max(latest, time), 0);
  const end = Math.floor(last / 60_000 + 1) * 60_000;
  await send('events.ndjson', lines);
  // Every shard hears of a time at which all of these windows are final.
  await send('push.ndjson', [...pushTime(end + HOUR), ...pushTime(end + 2 * HOUR)]);
  const sent = seconds();

  const windows = [...expected].map(([stage, own]) => [stage, own.size]);
  const finals = () =>
    rowsOf(`SELECT stage, count(*) FROM (${LATEST}) AS finals
      WHERE stage IN ('device-traffic', 'ip-share') AND window_end <= TIMESTAMP '${iso(end)}' GROUP BY stage ORDER BY stage`);
  await expect.poll(finals, PATIENCE).toEqual(windows);
  const final = seconds();

  const sums = 'sum(receive_bytes), sum(send_bytes), sum(receive_packets), sum(send_packets)';
  const field = (name: string) => `CAST(json_extract_scalar(data, '$.${name}') AS bigint) AS ${name}`;
  const fields = ['receive_bytes', 'send_bytes', 'receive_packets', 'send_packets'].map(field).join(', ');
  const own = "id NOT LIKE 'push-%'";
  expect(await rowsOf(`SELECT count(*) FROM raw WHERE ${own}`)).toEqual([[lines.length]]);
  const raw = `SELECT count(*), ${sums} FROM (SELECT DISTINCT source, id, ${fields} FROM raw WHERE ${own}) AS events`;
  expect(await rowsOf(raw)).toEqual([totals]);
  const table = `SELECT count(*), ${sums} FROM network_traffic WHERE _id NOT LIKE 'push-%'`;
  expect(await rowsOf(table)).toEqual([totals]);
  await compact();
  expect(await rowsOf(table)).toEqual([totals]);
  const emitted = `SELECT sum(events), ${sums} FROM (SELECT ${field('events')}, ${fields} FROM (${LATEST}) AS finals
    WHERE stage = 'device-traffic' AND window_end <= TIMESTAMP '${iso(end)}') AS windows`;
  expect(await rowsOf(emitted)).toEqual([totals]);
  const asked = seconds();

  for (const stage of [deviceTraffic, ipShare]) {
    const report = await auditLake(lake(), networkTraffic, stage, { to: end });
    expect(report.differences).toEqual([]);
    expect(report).toMatchObject({ compared: expected.get(stage.name)?.size, open: 0 });
  }
  const audited = seconds();
  const key = alter();
  const { differences } = await auditLake(lake(), networkTraffic, deviceTraffic, { to: end });
  expect(differences).toEqual([expect.objectContaining({ key, value: 'receive_bytes', kind: 'value' })]);
  console.info(
    `${lines.length} events, ${totals[0]} different, ${windows.map(([stage, count]) => `${count} results of ${stage}`).join(', ')}: ` +
      `sent in ${sent} s, final ${final} s later, asked in ${asked} s (with compaction), two audits in ${audited} s`,
  );
}

const iso = (time: number) => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

/** Seconds since it was last asked. */
function stopwatch(): () => string {
  let since = performance.now();
  return () => {
    const now = performance.now();
    const seconds = ((now - since) / 1000).toFixed(1);
    since = now;
    return seconds;
  };
}

/** What arrived in the hours so far, as if they were over. */
async function compact(): Promise<void> {
  const place = {
    endpoint: run.endpoints.s3,
    region: run.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const client = new S3Client(s3Options(place));
  const { done, failed } = await compactLake(
    {
      objects: new LakeObjects(client, run.buckets[0] ?? ''),
      marks: new MemoryMarks(),
      tables: [typeTable(traffic)],
      scratch: folder.path,
      memoryMb: 2_048,
      now: () => Date.now() + 2 * HOUR,
      remaining: () => Number.POSITIVE_INFINITY,
    },
    Date.now() - 3 * HOUR,
    Date.now(),
  );
  client.destroy();
  expect(failed).toEqual([]);
  expect(done.length).toBeGreaterThan(0);
}

test('generated events: raw, curated, windows and audit agree', async () => {
  await lakeAgrees([...generateTraffic({ events: EVENTS, devices: 200 })]);
});

test.skipIf(ACCESS_LOG === undefined || spawnSync('python3', ['--version']).status !== 0)(
  'an access log (ACCESS_LOG, read by Python): raw, curated, windows and audit agree',
  async () => {
    const parsed = spawnSync('python3', ['test/oracle/access_log.py', ACCESS_LOG ?? ''], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    const lines = parsed.stdout.split('\n').filter((line) => line !== '');
    await lakeAgrees(lines);
  },
);
