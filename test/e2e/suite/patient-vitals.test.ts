import { KinesisClient } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEARTBEAT_TYPE } from '../../../shared/events/heartbeat.ts';
import { createRandom } from '../../../tools/bench/traffic.ts';
import { clientOptions } from '../../../tools/deployed/clients.ts';
import { outputOf, streamOutput } from '../../../tools/deployed/deployed.ts';
import { DEFAULT_WARD, Ward } from '../../../tools/local/samples/ward.ts';
import { compareResults } from '../../oracle/compare.ts';
import {
  expectedBreaches,
  expectedElevated,
  expectedSessions,
  expectedStats,
  type Vitals,
} from '../../oracle/vitals.ts';
import { ask, pageOf, type StageCounts, stageCounts } from '../../support/api-client.ts';
import { readEvents } from '../../support/stream-reader.ts';
import { freeDay } from '../target/free-day.ts';
import { openTarget } from '../target/open.ts';
import type { Target } from '../target/target.ts';

const PIPELINE = 'patient-vitals';
type Alert = Awaited<ReturnType<Target['alerts']>>[number];

const MINUTE = 60_000;
const MINUTES = 25;
/** The first windows begin before the first event. */
const WINDOW = 5 * MINUTE;
const STATS = 'vitals-stats';
const SESSIONS = 'elevated-sessions';

/** Below the bound of ten seconds. */
const DISORDER_MS = 9_000;
const QUIET = 10 * MINUTE;

/** What monitors send: out of order within seconds, some of it twice, some of it without an id. */
function eventsOfAWard(start: number): Vitals[] {
  const random = createRandom(5);
  const ward = new Ward({ ...DEFAULT_WARD, start, patients: 8, episodes: 6, missing: 0.05 });
  const readings: Vitals[] = [];
  for (let minute = 1; minute <= MINUTES; minute++)
    readings.push(...ward.readings(start + minute * MINUTE - 1));
  const sent = readings.flatMap((reading, index) => {
    const event = index % 50 === 0 ? { ...reading, event_id: null } : reading;
    const at = Number(reading.timestamp);
    const places = [{ at: at + random() * DISORDER_MS, event }];
    if (event.event_id !== null && random() < 0.05) places.push({ at: at + DISORDER_MS * random(), event });
    return places;
  });
  return sent.sort((a, b) => a.at - b.at).map(({ event }) => event);
}

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

let target: Target;
let api: Target['api'];
let kinesis: KinesisClient;
/** Where everything that is sent lies in event time. */
let START: number;
let END: number;
let EVENTS: readonly Vitals[];
let LATER: readonly Vitals[];

beforeAll(async () => {
  target = await openTarget(PIPELINE);
  api = target.api;
  kinesis = new KinesisClient(clientOptions(target.deployed.place, 'kinesis'));
  START = await freeDay(api, PIPELINE);
  END = START + MINUTES * MINUTE;
  EVENTS = eventsOfAWard(START);
  LATER = pushTime(END + 5 * MINUTE);
}, 300_000);
afterAll(async () => {
  kinesis?.destroy();
  await target?.close();
}, 60_000);

async function postAll(events: readonly Vitals[]): Promise<void> {
  for (let from = 0; from < events.length; from += 500) {
    const batch = events.slice(from, from + 500);
    const body = JSON.stringify(batch);
    const answer = await ask(api, '/v1/events/patient-vitals', { method: 'POST', body });
    expect(await answer.json()).toMatchObject({ accepted: batch.length, rejected: [] });
  }
}

/** Of what the suite has sent, in the order of their ids: a topic keeps none. */
async function alerts(): Promise<Alert[]> {
  const told = await target.alerts();
  return told
    .filter((one) => timeOf(one) >= START)
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0));
}

/** The sessions of patients, as the query API lists them. */
async function sessions() {
  const { items, cursor } = await pageOf(api, SESSIONS, { from: String(START), limit: '10000' });
  expect(cursor).toBeNull();
  return items
    .filter(({ key }) => key.startsWith('patient-'))
    .map(({ key, start, end, values }) => ({ key, start: Date.parse(start), end: Date.parse(end), values }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.start - b.start));
}

const keyOf = ({ attributes }: Alert): string => attributes.key ?? '';
const idOf = ({ attributes }: Alert): string => attributes.alertId ?? '';
const timeOf = ({ message }: Alert): number => Date.parse(JSON.parse(message).time);

test('the filtered stream holds the elevated readings, each as it was sent, in order per patient', async () => {
  await postAll(EVENTS);
  await postAll(LATER);
  const expected = expectedElevated([...EVENTS, ...LATER]);
  const stream = outputOf(target.deployed, streamOutput(PIPELINE, 'elevated'));
  const unique = async () => {
    const events = (await readEvents(kinesis, stream)).filter(
      ({ type, time }) => type !== HEARTBEAT_TYPE && time >= START,
    );
    return [...new Map(events.map((event) => [event.id, event])).values()];
  };
  await expect.poll(async () => (await unique()).length, target.patience).toBe(expected.length);
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
  await expect.poll(() => compareResults(api.url, expected, api.key, 1e-9), target.patience).toEqual([]);
  const { items } = await pageOf(api, STATS, {
    key: 'patient-001',
    from: String(START - WINDOW),
    limit: '5',
  });
  expect(items[0]?.values).toMatchObject({ glucose_level_variance: null });
});

test('sessions of elevated readings are those that an independent program finds', async () => {
  const expected = expectedSessions(EVENTS);
  expect(expected.length).toBeGreaterThan(10);
  await expect.poll(sessions, target.patience).toEqual(expected);
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
  await expect.poll(silence, target.patience).toEqual([]);
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
  const before = await stageCounts(api);
  await postAll(identified);
  const grown = async () => {
    const after = await stageCounts(api);
    return repeated(after) - repeated(before);
  };
  await expect.poll(grown, target.patience).toBe(identified.length);
  // What comes after it has been processed by then, or is on its way: one more episode shows that the way is clear.
  const marker = [0, 10_000, 20_000].map((offset) => ({
    ...(pushTime(END + 6 * MINUTE + offset)[0] as Vitals),
    patient_id: 'marker',
  }));
  await postAll([...marker, ...pushTime(END + 10 * MINUTE)]);
  const markers = async () => (await alerts()).filter((one) => keyOf(one) === 'marker').length;
  await expect.poll(markers, target.patience).toBe(1);
  expect((await alerts()).filter((one) => keyOf(one) !== 'marker')).toEqual(told);
  expect(await sessions()).toEqual(known);
  expect(await compareResults(api.url, new Map([[STATS, expectedStats(EVENTS)]]), api.key, 1e-9)).toEqual([]);
});
