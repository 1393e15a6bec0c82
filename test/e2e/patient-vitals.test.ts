import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../tools/bench/traffic.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import { DEFAULT_WARD, Ward } from '../../tools/local/samples/ward.ts';
import type { Message } from '../../tools/local/sns/messages.ts';
import { startLocal } from '../../tools/local/start-local.ts';
import { compareResults } from '../oracle/compare.ts';
import {
  expectedBreaches,
  expectedElevated,
  expectedSessions,
  expectedStats,
  type Vitals,
} from '../oracle/vitals.ts';
import { EVENTUALLY, HEADERS, pageOf, type StageCounts, stageCounts } from '../support/api-client.ts';
import { temporaryFolder } from '../support/millrace-process.ts';
import { readEvents, streamsOf } from '../support/stream-reader.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 1, 1);
const MINUTES = 25;
const END = START + MINUTES * MINUTE;
const STATS = 'vitals-stats';
const SESSIONS = 'elevated-sessions';

/** Below the bound of ten seconds. */
const DISORDER_MS = 9_000;
const QUIET = 10 * MINUTE;

/** What monitors send: out of order within seconds, some of it twice, some of it without an id. */
function eventsOfAWard(): Vitals[] {
  const random = createRandom(5);
  const ward = new Ward({ ...DEFAULT_WARD, start: START, patients: 8, episodes: 6, missing: 0.05 });
  const readings: Vitals[] = [];
  for (let minute = 1; minute <= MINUTES; minute++)
    readings.push(...ward.readings(START + minute * MINUTE - 1));
  const sent = readings.flatMap((reading, index) => {
    const event = index % 50 === 0 ? { ...reading, event_id: null } : reading;
    const at = Number(reading.timestamp);
    const places = [{ at: at + random() * DISORDER_MS, event }];
    if (event.event_id !== null && random() < 0.05) places.push({ at: at + DISORDER_MS * random(), event });
    return places;
  });
  return sent.sort((a, b) => a.at - b.at).map(({ event }) => event);
}
const EVENTS = eventsOfAWard();

/** Elevated readings of strangers, so that time goes on in the filtered stream, too. */
const pushTime = (time: number): Vitals[] =>
  Array.from({ length: 8 }, (_, index) => ({
    event_id: `push-${time}-${index}`,
    patient_id: `push-${index}`,
    heart_rate: 81,
    blood_pressure: null,
    glucose_level: null,
    timestamp: time,
  }));
const LATER = pushTime(END + 5 * MINUTE);

const folder = temporaryFolder();
let run: LocalRun;
let kinesis: KinesisClient;

beforeAll(async () => {
  run = await startLocal({ dataDir: folder.path, fresh: true, drainMs: 0 });
  kinesis = streamsOf(run);
}, 120_000);
afterAll(async () => {
  kinesis?.destroy();
  await run?.stop();
  folder.remove();
}, 60_000);

async function postAll(events: readonly Vitals[]): Promise<void> {
  for (let from = 0; from < events.length; from += 500) {
    const batch = events.slice(from, from + 500);
    const body = JSON.stringify(batch);
    const answer = await fetch(`${run.url}/v1/events/patient-vitals`, {
      method: 'POST',
      headers: HEADERS,
      body,
    });
    expect(await answer.json()).toMatchObject({ accepted: batch.length, rejected: [] });
  }
}

async function alerts(): Promise<Message[]> {
  return (await (await fetch(`${run.url}/local/alerts`)).json()) as Message[];
}

/** The sessions of patients, as the query API lists them. */
async function sessions() {
  const { items, cursor } = await pageOf(run.url, SESSIONS, { limit: '10000' });
  expect(cursor).toBeNull();
  return items
    .filter(({ key }) => key.startsWith('patient-'))
    .map(({ key, start, end, values }) => ({ key, start: Date.parse(start), end: Date.parse(end), values }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start));
}

const keyOf = ({ attributes }: Message): string => attributes.key ?? '';
const timeOf = ({ message }: Message): number => Date.parse(JSON.parse(message).time);

test('the filtered stream holds the elevated readings, each as it was sent, in order per patient', async () => {
  await postAll(EVENTS);
  await postAll(LATER);
  const expected = expectedElevated([...EVENTS, ...LATER]);
  const stream = run.streams.find((name) => /Elevated/.test(name)) ?? '';
  const unique = async () => {
    const events = await readEvents(kinesis, stream);
    return [...new Map(events.map((event) => [event.id, event])).values()];
  };
  await expect.poll(async () => (await unique()).length, EVENTUALLY).toBe(expected.length);
  const found = await unique();
  for (const patient of new Set(expected.map(({ patient_id }) => patient_id))) {
    const ofPatient = found.filter(({ key }) => key === patient).map(({ data }) => data);
    expect(ofPatient).toEqual(expected.filter(({ patient_id }) => patient_id === patient));
  }
  for (const { id, time, key, data } of found) {
    const { event_id, patient_id, timestamp } = data as Vitals;
    if (event_id !== null) expect(id).toBe(event_id);
    expect([time, key]).toEqual([timestamp, patient_id]);
  }
});

test('statistics per patient are those that an independent program finds, nulls left out', async () => {
  const expected = new Map([[STATS, expectedStats(EVENTS)]]);
  await expect.poll(() => compareResults(run.url, expected, undefined, 1e-9), EVENTUALLY).toEqual([]);
  const { items } = await pageOf(run.url, STATS, { key: 'patient-001', limit: '5' });
  expect(items[0]?.values).toMatchObject({ glucose_level_variance: null });
});

test('sessions of elevated readings are those that an independent program finds', async () => {
  const expected = expectedSessions(EVENTS);
  expect(expected.length).toBeGreaterThan(10);
  await expect.poll(sessions, EVENTUALLY).toEqual(expected);
});

test('of every episode somebody was told, once, with all that it takes to act on it', async () => {
  const breaches = expectedBreaches(EVENTS);
  expect(breaches.length).toBeGreaterThan(20);
  const silence = async () => {
    const told = await alerts();
    return breaches.filter(
      ({ key, end }) => !told.some((one) => keyOf(one) === key && Math.abs(timeOf(one) - end) < QUIET),
    );
  };
  await expect.poll(silence, EVENTUALLY).toEqual([]);
  const told = await alerts();
  for (const one of told) {
    const event = JSON.parse(one.message);
    expect(one.attributes).toMatchObject({ stage: 'repeated-breaches', type: 'repeated-breaches.alert' });
    expect(event).toMatchObject({
      id: one.attributes.alertId,
      source: '/millrace/patient-vitals/repeated-breaches',
    });
    expect(event.data).toMatchObject({ key: keyOf(one), message: one.subject });
    const reason = breaches.find(({ key, end }) => key === keyOf(one) && end === timeOf(one) + 1);
    // The window may have been revised after it was told of, when the readings of another patient moved time ahead of this one's.
    const seen = event.data.cause.data.values.breaches;
    expect(seen).toBeGreaterThanOrEqual(3);
    expect(seen).toBeLessThanOrEqual(reason?.breaches ?? 0);
    const others = told.filter((other) => other !== one && keyOf(other) === keyOf(one));
    expect(others.filter((other) => Math.abs(timeOf(other) - timeOf(one)) < QUIET)).toEqual([]);
  }
});

/** What the stage had counted before: of windows that are closed it may look late. */
const repeated = ({ [STATS]: counts }: Record<string, StageCounts>): number =>
  (counts?.duplicate ?? 0) + (counts?.late ?? 0);

test('everything again changes nothing, and nobody is told again', async () => {
  const [told, known] = [await alerts(), await sessions()];
  const identified = EVENTS.filter(({ event_id }) => event_id !== null);
  const before = await stageCounts(run.url);
  await postAll(identified);
  const grown = async () => {
    const after = await stageCounts(run.url);
    return repeated(after) - repeated(before);
  };
  await expect.poll(grown, EVENTUALLY).toBe(identified.length);
  // What comes after it has been processed by then, or is on its way: one more episode shows that the way is clear.
  const marker = [0, 10_000, 20_000].map((offset) => ({
    ...(pushTime(END + 6 * MINUTE + offset)[0] as Vitals),
    patient_id: 'marker',
  }));
  await postAll([...marker, ...pushTime(END + 10 * MINUTE)]);
  const markers = async () => (await alerts()).filter((one) => keyOf(one) === 'marker').length;
  await expect.poll(markers, EVENTUALLY).toBe(1);
  expect((await alerts()).filter((one) => keyOf(one) !== 'marker')).toEqual(told);
  expect(await sessions()).toEqual(known);
  expect(await compareResults(run.url, new Map([[STATS, expectedStats(EVENTS)]]), undefined, 1e-9)).toEqual(
    [],
  );
});
