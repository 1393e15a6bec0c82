import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { synthesize } from '../../infra/millrace-app.ts';
import { HEARTBEAT_TYPE } from '../../shared/events/heartbeat.ts';
import { windowStages } from '../../shared/pipeline/index.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import { startLocal } from '../../tools/local/start-local.ts';
import { ask, becomesEqual, postAll, pushTime, stageCounts, traffic } from '../support/api-client.ts';
import { alarmMetrics, metricKey } from '../support/metric-uses.ts';
import { temporaryFolder } from '../support/millrace-process.ts';
import { recordedMetrics } from '../support/recorded-metrics.ts';
import { readEvents, streamsOf } from '../support/stream-reader.ts';
import { synthesizeSample } from '../unit/infra/support.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const SHARDS = 2;
/** A heartbeat has a copy per shard, and more where an answer was lost; one that goes round has one more several times a second. */
const MOST = 10 * SHARDS;
const PATIENCE = { timeout: 120_000, interval: 200 } as const;

const TRAFFIC = [
  ...Array.from({ length: 60 }, (_, index) =>
    traffic({
      event_id: `e${index}`,
      device: `device-${index % 7}`,
      ip: `192.0.2.${index % 3}`,
      ts: START + index * 2_000,
    }),
  ),
  ...pushTime(START + 5 * MINUTE),
];
/** Elevated all of them, as every stage over them counts. */
const VITALS = Array.from({ length: 40 }, (_, index) => ({
  event_id: `v${index}`,
  patient_id: `patient-${index % 8}`,
  heart_rate: 120,
  blood_pressure: null,
  glucose_level: null,
  timestamp: START + index * 1_000,
}));

const folder = temporaryFolder();
let run: LocalRun;
let lambda: LambdaClient;

beforeAll(async () => {
  const outdir = join(folder.path, 'assembly');
  mkdirSync(outdir);
  const choices = { environment: 'local', shards: SHARDS, heartbeat: true, validate: false } as const;
  const { directory } = synthesize({ pipelines, outdir, ...choices });
  run = await startLocal({ assembly: directory, dataDir: join(folder.path, 'data') });
  lambda = new LambdaClient({
    endpoint: run.endpoints.lambda,
    region: run.region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
}, 180_000);
afterAll(async () => {
  lambda?.destroy();
  await run?.stop();
  folder.remove();
}, 60_000);

/** Sends heartbeats now, without waiting for the schedule. */
async function beat(): Promise<void> {
  const senders = run.functions.filter(({ label }) => label.endsWith('-heartbeat'));
  expect(senders).toHaveLength(pipelines.length);
  for (const { name } of senders) {
    const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: '{}' }));
    expect(FunctionError).toBeUndefined();
  }
}

test('every function says how old heartbeats are when they get there, and nothing else changes for them', async () => {
  await beat();
  await postAll(run.url, TRAFFIC);
  const answer = await ask(run.url, '/v1/events/patient-vitals', {
    method: 'POST',
    body: JSON.stringify(VITALS),
  });
  expect(await answer.json()).toEqual({ accepted: VITALS.length, rejected: [] });
  await beat();

  const watched = alarmMetrics(synthesizeSample({ environment: 'prod', pipelines }))
    .filter(({ name }) => name === 'HeartbeatAge')
    .map(metricKey);
  const functions = pipelines.flatMap((pipeline) => windowStages(pipeline)).length * 2;
  expect(new Set(watched).size).toBeGreaterThan(functions + 5);
  const missing = () => {
    const recorded = new Set(recordedMetrics(run.dataDir).map(metricKey));
    return watched.filter((key) => !recorded.has(key));
  };
  await expect.poll(missing, PATIENCE).toEqual([]);

  await becomesEqual(run.url, TRAFFIC, PATIENCE);
  const counts = { duplicate: 0, late: 0, rejected: 0 };
  const all = await stageCounts(run.url);
  for (const stage of ['device-traffic', 'ip-share']) {
    expect([stage, all[stage]]).toMatchObject([stage, { ...counts, accepted: TRAFFIC.length }]);
  }
  for (const stage of ['vitals-stats', 'elevated', 'elevated-sessions', 'breaches']) {
    expect([stage, all[stage]]).toMatchObject([stage, { ...counts, accepted: VITALS.length }]);
  }
  const objects = readdirSync(join(run.dataDir, 's3'), { recursive: true, encoding: 'utf8' });
  expect(objects.filter((name) => /\/rejected\//.test(name))).toEqual([]);
}, 300_000);

test('heartbeats follow the results of every stage, and go round nowhere', async () => {
  const client = streamsOf(run);
  try {
    for (const pipeline of pipelines) {
      const stream = run.streams.find((name) => name.endsWith(`${pipeline.name}_results`)) ?? '';
      const events = (await readEvents(client, stream)).filter(({ type }) => type === HEARTBEAT_TYPE);
      const found = new Map<string, number>();
      for (const { data, time } of events) {
        const name = `${(data as { stage: string }).stage} ${time}`;
        found.set(name, (found.get(name) ?? 0) + 1);
      }
      const stages = new Set([...found.keys()].map((name) => name.split(' ')[0]));
      expect([...stages].sort()).toEqual(
        windowStages(pipeline)
          .map(({ name }) => name)
          .sort(),
      );
      expect([...found].filter(([, times]) => times > MOST)).toEqual([]);
    }
  } finally {
    client.destroy();
  }
});

test('in the lake they are raw events, and neither results nor events of a type', async () => {
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const root = join(run.dataDir, 's3', run.buckets[0] ?? '');
  const lines = async (sql: string) => {
    const database = await LakeDatabase.open(root, types);
    try {
      return (await database.query(sql)).rows;
    } finally {
      database.close();
    }
  };
  const landed = `SELECT count(*) FILTER (type = '${HEARTBEAT_TYPE}') > 0, count(*) FILTER (type <> '${HEARTBEAT_TYPE}') FROM raw`;
  await expect.poll(() => lines(landed), PATIENCE).toEqual([[true, TRAFFIC.length + VITALS.length]]);
  expect(await lines('SELECT count(*) FROM network_traffic')).toEqual([[TRAFFIC.length]]);
  expect(await lines('SELECT count(*) > 0, count(*) FILTER (stage IS NULL) FROM results')).toEqual([
    [true, 0],
  ]);
}, 180_000);
