import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KinesisClient, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { beforeAll, expect, test } from 'vitest';
import {
  NAMESPACE,
  SERVICES,
  type Service,
  type ServiceDefinition,
} from '../../shared/runtime/telemetry/catalogue.ts';
import { lakeFolder } from '../../tools/cli/query/lake-folder.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import chained, { EVIL, perMinute, perSpan, sites } from '../pipelines/chained.ts';
import { HEADERS, pageOf, postEvents, stageCounts } from '../support/api-client.ts';
import { auditLake, becomesFinal } from '../support/audit.ts';
import { foldRows, partsOf, type Rows, startOf, total } from '../support/fold-rows.ts';
import { alarmMetrics, metricKey, widgetMetrics } from '../support/metric-uses.ts';
import { Random } from '../support/random.ts';
import { recordedMetrics } from '../support/recorded-metrics.ts';
import { StreamTail } from '../support/stream-tail.ts';
import { synthesizePipeline } from '../support/test-app.ts';
import { startTestRun } from '../support/test-run.ts';
import { synthesizeSample } from '../unit/infra/support.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const MINUTES = 20;
const SENSORS = 12;
const PATIENCE = { timeout: 120_000, interval: 400 } as const;

interface Measurement {
  readonly id: string;
  readonly sensor: string;
  readonly site: string;
  readonly value: number | null;
  readonly at: number;
}

/** Twenty minutes of twelve sensors, out of order by up to nine seconds. */
function measurements(): Measurement[] {
  const random = new Random(7);
  return Array.from({ length: 1_800 }, (_, index) => {
    const sensor = random.below(SENSORS);
    const odd = random.below(60);
    return {
      id: `m${index}`,
      sensor: `sensor-${sensor}`,
      site: `site-${sensor % 3}`,
      value: odd === 0 ? null : odd === 1 ? EVIL : random.below(100),
      at: START + Math.max(0, Math.floor((index * MINUTES * MINUTE) / 1_800) - random.below(9_000)),
    };
  });
}

const EVENTS = measurements();
const END = START + MINUTES * MINUTE;

/** A measurement of every sensor: so that every stage hears of a time. */
const push = (at: number): Measurement[] =>
  Array.from({ length: SENSORS }, (_, sensor) => ({
    id: `push-${at}-${sensor}`,
    sensor: `sensor-${sensor}`,
    site: `site-${sensor % 3}`,
    value: 99,
    at,
  }));

const usable = (events: readonly Measurement[]): (Measurement & { readonly value: number })[] =>
  events.filter(
    (event): event is Measurement & { value: number } => event.value !== EVIL && (event.value ?? 0) >= 10,
  );

const expectedMinutes = (events: readonly Measurement[]) =>
  foldRows(
    usable(events),
    ({ sensor, at }) => `${startOf(at, MINUTE)} ${sensor}`,
    (own) => ({
      total: total(own.map(({ value }) => value)),
      events: own.length,
      highest: Math.max(...own.map(({ value }) => value)),
    }),
  );

const expectedSites = (events: readonly Measurement[]) =>
  foldRows(
    usable(events).filter(({ value }) => value >= 50),
    ({ site, at }) => `${startOf(at, MINUTE)} ${site}`,
    (own) => ({ tens: Math.round(total(own.map(({ value }) => value))) / 10, events: own.length }),
  );

const expectedSpans = (events: readonly Measurement[]) =>
  foldRows(
    Object.entries(expectedMinutes(events)),
    ([place]) => `${startOf(partsOf(place).start, 5 * MINUTE)} ${partsOf(place).key}`,
    (own) => ({
      minutes: own.length,
      events: total(own.map(([, values]) => values.events!)),
      highest: Math.max(...own.map(([, values]) => values.highest!)),
      from: Math.max(...own.map(([place]) => partsOf(place).start)),
    }),
  );

let run: LocalRun;

beforeAll(async () => {
  const own = await startTestRun({ app: synthesizePipeline('chained', chained) });
  run = own.run;
  return own.remove;
}, 180_000);

const post = (events: readonly Measurement[]) => postEvents(run.url, 'measurement', events);

/** The results of a stage before a time, by start and key. */
async function rowsOf(stage: string, to: number): Promise<Rows> {
  const { items } = await pageOf(run.url, stage, { to: String(to), limit: '10000' });
  return Object.fromEntries(
    items.map(({ start, key, values }) => {
      const tens = values.tens;
      // Tens are no whole numbers: their sum is exact, and is compared as it is written.
      return [
        `${start} ${key}`,
        { ...values, ...(typeof tens === 'number' && { tens: Math.round(tens * 10) / 10 }) },
      ];
    }),
  ) as Rows;
}

/** Puts all records of a stream into it once more, as a stage does whose batch is repeated. */
async function repeat(name: RegExp): Promise<number> {
  const stream = run.streams.find((candidate) => name.test(candidate)) ?? '';
  const tail = await StreamTail.open(run.endpoints.kinesis, stream);
  const client = new KinesisClient({
    endpoint: run.endpoints.kinesis,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });
  try {
    expect((await client.send(new ListShardsCommand({ StreamName: stream }))).Shards).toHaveLength(1);
    const records: Buffer[] = [];
    for (let empty = 0; empty < 2; ) {
      const found = await tail.read();
      records.push(...found);
      empty = found.length === 0 ? empty + 1 : 0;
    }
    for (let at = 0; at < records.length; at += 200) {
      const { FailedRecordCount } = await client.send(
        new PutRecordsCommand({
          StreamName: stream,
          Records: records.slice(at, at + 200).map((Data) => ({ Data, PartitionKey: 'again' })),
        }),
      );
      expect(FailedRecordCount ?? 0).toBe(0);
    }
    return records.length;
  } finally {
    client.destroy();
    tail.close();
  }
}

/** What a stage has set aside. */
function setAside(
  stage: string,
): { readonly code: string; readonly reason: string; readonly bytes: string }[] {
  const found = readdirSync(join(run.dataDir, 's3'), { recursive: true, encoding: 'utf8' });
  return found
    .filter((name) => name.includes(`stage=${stage}/`) && name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(run.dataDir, 's3', name), 'utf8')));
}

test('windows over filtered events, and over other windows, are exact', async () => {
  const pushes = [...push(END + 30_000), ...push(END + 3 * MINUTE)];
  for (let at = 0; at < EVENTS.length; at += 300) await post(EVENTS.slice(at, at + 300));
  await post(pushes);
  await expect.poll(() => rowsOf('sensor-minutes', END), PATIENCE).toEqual(expectedMinutes(EVENTS));
  await expect.poll(() => rowsOf('site-minutes', END), PATIENCE).toEqual(expectedSites(EVENTS));

  // Minutes are final a minute after their end, and a span closes when a minute two minutes later is final.
  const later = push(END + 20 * MINUTE);
  await post(later);
  await expect.poll(() => rowsOf('sensor-spans', END), PATIENCE).toEqual(expectedSpans(EVENTS));
});

test('a function that throws sets its events aside, and holds nothing up', async () => {
  const evil = EVENTS.filter(({ value }) => value === EVIL);
  const out = EVENTS.filter(({ value }) => value !== EVIL && (value ?? 0) < 10);
  const passed = usable(EVENTS).length + 3 * SENSORS;
  expect(evil.length).toBeGreaterThan(10);
  const counts = await stageCounts(run.url);
  expect(counts.usable).toEqual({
    accepted: passed,
    duplicate: 0,
    late: 0,
    rejected: evil.length,
    filtered: out.length,
  });
  const aside = setAside('usable');
  expect(aside).toHaveLength(evil.length);
  for (const { code, reason } of aside) {
    expect([code, reason]).toEqual(['where', '"where" of stage "usable" failed: no sensor measures this']);
  }
  const ids = aside.map(({ bytes }) => JSON.parse(Buffer.from(bytes, 'base64').toString()).id);
  expect(ids.sort()).toEqual(evil.map(({ id }) => id).sort());
});

// Before anything is put twice: what comes a second time behind a filter, after its windows have closed, looks too late to an audit.
test.each([
  ['behind a filter with a function', perMinute, expectedMinutes],
  ['behind two filters', sites, expectedSites],
  ['over the results of another stage', perSpan, expectedSpans],
])('the lake says the same of a stage %s', async (_, stage, expected) => {
  const lake = lakeFolder(run.dataDir);
  const range = { from: START, to: END };
  await becomesFinal(lake, chained, stage, range);
  const windows = Object.keys(expected(EVENTS)).length;
  expect(await auditLake(lake, chained, stage, range)).toEqual({
    compared: windows,
    equal: windows,
    open: 0,
    openEqual: 0,
    differing: 0,
    differences: [],
  });
});

test('whatever is put or posted twice counts once', async () => {
  const before = await stageCounts(run.url);
  const filtered = await repeat(/filtered_usable/);
  expect(filtered).toBe(before.usable?.accepted);
  await post(EVENTS.slice(-300));
  const results = await repeat(/results/i);
  expect(results).toBeGreaterThan(0);
  // Everything has been read when the stages have seen each repetition: counted as such, or too late for what is closed.
  const seen = async () => {
    const { 'sensor-minutes': minutes } = await stageCounts(run.url);
    return minutes === undefined ? 0 : minutes.accepted + minutes.duplicate + minutes.late;
  };
  const again = usable(EVENTS.slice(-300)).length;
  await expect.poll(seen, PATIENCE).toBe((before['sensor-minutes']?.accepted ?? 0) + filtered + again);
  const spans = async () => {
    const { 'sensor-spans': own } = await stageCounts(run.url);
    return own === undefined ? 0 : own.duplicate + own.late;
  };
  await expect.poll(spans, PATIENCE).toBeGreaterThan(0);

  await post(push(END + 40 * MINUTE));
  const minutes = async () => (await stageCounts(run.url))['sensor-minutes'];
  const accepted = usable(EVENTS).length + 4 * SENSORS;
  await expect.poll(minutes, PATIENCE).toMatchObject({ accepted, rejected: 0 });
  expect(await rowsOf('sensor-minutes', END)).toEqual(expectedMinutes(EVENTS));
  expect(await rowsOf('site-minutes', END)).toEqual(expectedSites(EVENTS));
  expect(await rowsOf('sensor-spans', END)).toEqual(expectedSpans(EVENTS));
});

test('filter stages are listed, and have no windows to read', async () => {
  const answer = await fetch(`${run.url}/v1/stages`, { headers: HEADERS });
  const { stages } = (await answer.json()) as {
    stages: { name: string; kind: string; watermark: string | null }[];
  };
  expect(stages.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'filter usable',
    'filter scaled',
    'window sensor-minutes',
    'window site-minutes',
    'window sensor-spans',
  ]);
  expect(stages.filter(({ kind }) => kind === 'filter').every(({ watermark }) => watermark === null)).toBe(
    true,
  );
  expect((await fetch(`${run.url}/v1/windows/usable`, { headers: HEADERS })).status).toBe(404);
});

test('operators see which windows have fired, were revised, and have closed', async () => {
  const closed = async (stage: string) => {
    const { items } = await pageOf(run.url, stage, { limit: '10000' });
    return new Set(items.filter(({ final }) => final).map(({ start }) => start)).size;
  };
  const counted = (name: string, stage: string) =>
    total(
      recordedMetrics(run.dataDir)
        .filter((metric) => metric.name === name && metric.dimensions.stage === stage)
        .map(({ sum }) => sum),
    );
  for (const { name } of [perMinute, sites, perSpan]) {
    // A firing that somebody else has finished meanwhile is told twice.
    await expect
      .poll(() => counted('WindowsClosed', name), PATIENCE)
      .toBeGreaterThanOrEqual(await closed(name));
    expect(await closed(name)).toBeGreaterThan(0);
    const fired = counted('WindowsFired', name);
    expect(fired).toBeGreaterThanOrEqual(counted('WindowsClosed', name) + counted('WindowsRevised', name));
  }
});

test('alarms and dashboards look at metrics that this run has emitted, by their dimensions', async () => {
  // Heartbeats have a run of their own: heartbeats.test.ts.
  const prod = synthesizeSample({ environment: 'prod', pipelines: [chained], heartbeat: false });
  const wanted = [...alarmMetrics(prod), ...widgetMetrics(prod)].filter(
    ({ namespace }) => namespace === NAMESPACE,
  );
  expect(wanted.length).toBeGreaterThan(40);
  const missing = () => {
    const emitted = new Set(recordedMetrics(run.dataDir).map(metricKey));
    return [...new Set(wanted.map(metricKey))].filter((key) => !emitted.has(key));
  };
  await expect.poll(missing, PATIENCE).toEqual([]);
  for (const { name, unit, dimensions } of recordedMetrics(run.dataDir)) {
    const { service, environment, ...of } = dimensions;
    const { scope, metrics }: ServiceDefinition = SERVICES[service as Service];
    expect([name, metrics[name]?.unit, environment]).toEqual([name, unit, 'millrace-local']);
    expect(Object.keys(of)).toEqual(scope === 'service' ? [] : [scope]);
  }
});
