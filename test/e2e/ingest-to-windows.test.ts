import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateTraffic } from '../../tools/bench/traffic.ts';
import {
  becomesEqual,
  countsOf,
  EVENTUALLY,
  type Item,
  pageOf,
  post,
  postAll,
  pushTime,
  STAGES,
  traffic,
} from '../support/api-client.ts';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const MINUTES = 15;
const LATENESS = 10 * MINUTE;
const DISORDER = 10_000;

/** Fifteen minutes of twenty devices, some events twice and some out of order. */
const EVENTS = [
  ...generateTraffic({
    events: 3_000,
    devices: 20,
    duplicates: 0.02,
    disorder: 0.05,
    seed: 11,
    start: START,
    interval: 6_000,
  }),
];
/** Everything that was posted, in order. */
const posted: string[] = [];

const folder = temporaryFolder();
let run: MillraceProcess;

beforeAll(async () => {
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
}, 120_000);
afterAll(async () => {
  // Nothing of it is needed any more.
  await run?.kill();
  folder.remove();
}, 60_000);

/** All results of a stage before a time, by `<start> <key>`. */
async function resultsOf(stage: string, to: number): Promise<Map<string, Item>> {
  const { items, cursor } = await pageOf(run.url, stage, { to: String(to), limit: '10000' });
  expect(cursor).toBeNull();
  return new Map(items.map((item) => [`${item.start} ${item.key}`, item]));
}

const END = START + MINUTES * MINUTE;

test('events as an array, as NDJSON and compressed become the windows that an independent program finds', async () => {
  const [first, second, third] = [0, 1, 2].map((part) => EVENTS.slice(part * 1_000, (part + 1) * 1_000));
  await postAll(run.url, first!);
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const lines = await post(run.url, second!.join('\n'), ndjson);
  expect(lines.status).toBe(202);
  expect(await lines.json()).toMatchObject({ accepted: 1_000, rejected: [] });
  const packed = await post(run.url, gzipSync(third!.join('\n')), { ...ndjson, 'content-encoding': 'gzip' });
  expect(packed.status).toBe(202);
  expect(await packed.json()).toMatchObject({ accepted: 1_000, rejected: [] });
  const later = pushTime(END + DISORDER + 1);
  await postAll(run.url, later);
  posted.push(...EVENTS, ...later);

  await becomesEqual(run.url, EVENTS);
  const unique = new Set(posted).size;
  const counts = { accepted: unique, duplicate: posted.length - unique, late: 0, rejected: 0 };
  await expect
    .poll(() => countsOf(run.url), EVENTUALLY)
    .toEqual({ 'device-traffic': counts, 'ip-share': counts });
  for (const stage of STAGES) {
    const wrong = async () =>
      [...(await resultsOf(stage, END)).values()].filter(
        ({ end, final }) => final !== Date.parse(end) + LATENESS <= END,
      );
    await expect.poll(wrong, EVENTUALLY).toEqual([]);
  }
});

test('the same events again change nothing; a late one revises its window and no other', async () => {
  const before = await Promise.all(STAGES.map((stage) => resultsOf(stage, END)));
  for (let from = 0; from < EVENTS.length; from += 1_000) {
    await postAll(run.url, EVENTS.slice(from, from + 1_000));
  }
  const time = END - 3 * MINUTE;
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: time });
  await postAll(run.url, [late]);
  await becomesEqual(run.url, [...EVENTS, late]);
  posted.push(...EVENTS, late);

  const start = new Date(time).toISOString();
  for (const [index, stage] of STAGES.entries()) {
    const after = await resultsOf(stage, END);
    expect(after.size).toBe(before[index]!.size);
    for (const [place, item] of before[index]!) {
      // One address with more bytes changes the share of all.
      const revised = stage === 'ip-share' ? item.start === start : place === `${start} fleet-3`;
      if (!revised) expect(after.get(place)).toEqual(item);
      else {
        expect(item).toMatchObject({ revision: 0, final: false });
        expect(after.get(place)).toMatchObject({ revision: 1, final: false });
      }
    }
  }
});

test('an event after the allowed lateness changes nothing and is counted as late', async () => {
  const before = await resultsOf('device-traffic', END);
  const tooLate = traffic({ event_id: 'too late', device: 'fleet-3', ts: START });
  await postAll(run.url, [tooLate]);
  posted.push(tooLate);
  const total = async () =>
    Object.values(await countsOf(run.url)).map(
      ({ accepted, duplicate, late }) => accepted + duplicate + late,
    );
  await expect.poll(total, EVENTUALLY).toEqual([posted.length, posted.length]);
  // Repetitions of what is closed may be late or duplicates, but they are not counted.
  for (const { accepted, late, rejected } of Object.values(await countsOf(run.url))) {
    expect(accepted).toBe(new Set(posted).size - 1);
    expect(late).toBeGreaterThanOrEqual(1);
    expect(rejected).toBe(0);
  }
  expect(await resultsOf('device-traffic', END)).toEqual(before);
});

test('results are listed once each, page by page, by key and by time', async () => {
  const all = await resultsOf('device-traffic', END);
  expect(all.size).toBeGreaterThan(250);
  const seen: Item[] = [];
  let search: Record<string, string> = { to: String(END), limit: '37' };
  for (;;) {
    const { items, cursor } = await pageOf(run.url, 'device-traffic', search);
    expect(items.length).toBeLessThanOrEqual(37);
    seen.push(...items);
    if (cursor === null) break;
    search = { ...search, cursor };
  }
  expect(seen).toEqual([...all.values()]);

  const ofKey = await pageOf(run.url, 'device-traffic', { key: 'fleet-3', to: String(END) });
  expect(ofKey.items).toEqual([...all.values()].filter(({ key }) => key === 'fleet-3'));
  expect(ofKey.items).toHaveLength(MINUTES);
  const from = new Date(START + 2 * MINUTE).toISOString();
  const to = new Date(START + 4 * MINUTE).toISOString();
  const between = await pageOf(run.url, 'device-traffic', { from, to });
  expect(between.items).toEqual([...all.values()].filter(({ start }) => start >= from && start < to));
  expect(new Set(between.items.map(({ start }) => start)).size).toBe(2);
  expect(await pageOf(run.url, 'device-traffic', { key: 'nobody' })).toEqual({ items: [], cursor: null });
});

test('when lateness is over everything is final, with the same values', async () => {
  const over = pushTime(END + LATENESS + DISORDER + 1);
  await postAll(run.url, over);
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: END - 3 * MINUTE });
  for (const stage of STAGES) {
    const finals = async () => [...(await resultsOf(stage, END)).values()].every(({ final }) => final);
    await expect.poll(finals, EVENTUALLY).toBe(true);
  }
  await becomesEqual(run.url, [...EVENTS, late]);
});

interface Traffic {
  readonly event_id: string;
  readonly device: string;
  readonly receive_bytes: number;
  readonly send_bytes: number;
  readonly receive_packets: number;
  readonly send_packets: number;
  readonly ts: number;
}

test('stages over the final minutes: hours per device, and the devices with the most traffic', async () => {
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: END - 3 * MINUTE });
  const events = new Map([...EVENTS, late].map((line) => [line, JSON.parse(line) as Traffic]));
  // The first makes a minute hours later, the second closes it.
  await postAll(run.url, pushTime(START + 180 * MINUTE));
  await postAll(run.url, pushTime(START + 195 * MINUTE));

  const sums = new Map<string, number[]>();
  const weights = new Map<string, number>();
  for (const { device, ts, ...counted } of events.values()) {
    const { receive_bytes, send_bytes, receive_packets, send_packets } = counted;
    const before = sums.get(device) ?? [0, 0, 0, 0];
    const own = [receive_bytes, receive_packets, send_bytes, send_packets];
    sums.set(
      device,
      before.map((sum, index) => sum + own[index]!),
    );
    if (ts < START + 10 * MINUTE)
      weights.set(device, (weights.get(device) ?? 0) + receive_bytes + send_bytes);
  }
  const hours = async () => {
    const { items } = await pageOf(run.url, 'device-hour', { to: String(START + MINUTE) });
    const own = items.filter(({ key }) => key.startsWith('fleet-'));
    return Object.fromEntries(own.map(({ key, values }) => [key, values]));
  };
  await expect.poll(hours, EVENTUALLY).toEqual(
    Object.fromEntries(
      [...sums].map(([device, [received = 0, receivedPackets = 0, sent = 0, sentPackets = 0]]) => [
        device,
        {
          receive_bytes_per_packet: received / receivedPackets,
          send_bytes_per_packet: sent / sentPackets,
          minutes: MINUTES,
        },
      ]),
    ),
  );
  const top = async () => {
    const { items } = await pageOf(run.url, 'top-devices', { to: String(START + MINUTE) });
    return items.map(({ key, values }) => [key, values]);
  };
  const heaviest = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 10);
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const devices = heaviest.map(([label, weight]) => ({ label, weight, error: 0 }));
  await expect.poll(top, EVENTUALLY).toEqual([['all', { devices, bytes: all }]]);
});

test('there is a page to look at', async () => {
  const page = await fetch(`${run.url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await page.text()).toMatch(/^<!doctype html>/i);
});
