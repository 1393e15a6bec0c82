import { gzipSync } from 'node:zlib';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateTraffic } from '../../../tools/bench/traffic.ts';
import { clientOptions } from '../../../tools/deployed/clients.ts';
import { outputOf, streamOutput } from '../../../tools/deployed/deployed.ts';
import { expectedResults } from '../../oracle/windows.ts';
import {
  becomesEqual,
  type Item,
  pageOf,
  post,
  postAll,
  pushTime,
  STAGES,
  type StageCounts,
  stageCounts,
  traffic,
} from '../../support/api-client.ts';
import { readEvents } from '../../support/stream-reader.ts';
import { freeDay } from '../target/free-day.ts';
import { Lake } from '../target/lake.ts';
import { openTarget } from '../target/open.ts';
import type { Target } from '../target/target.ts';

const PIPELINE = 'network-traffic';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MINUTES = 15;
const LATENESS = 10 * MINUTE;
const DISORDER = 10_000;

let target: Target;
let api: Target['api'];
let kinesis: KinesisClient;
let lake: Lake;
let before: Record<string, StageCounts>;
/** Where everything that is sent lies in event time. */
let START: number;
let END: number;
/** Fifteen minutes of twenty devices, some events twice and some out of order. */
let EVENTS: readonly string[];
/** Everything that was posted, in order. */
const posted: string[] = [];

beforeAll(async () => {
  target = await openTarget(PIPELINE);
  api = target.api;
  kinesis = new KinesisClient(clientOptions(target.deployed.place, 'kinesis'));
  lake = new Lake(target.deployed);
  before = await stageCounts(api);
  START = await freeDay(api, PIPELINE);
  END = START + MINUTES * MINUTE;
  EVENTS = [
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
}, 300_000);
afterAll(async () => {
  kinesis?.destroy();
  lake?.close();
  await target?.close();
}, 60_000);

const send = async (events: readonly string[]): Promise<void> => {
  for (let from = 0; from < events.length; from += 1_000)
    await postAll(api, events.slice(from, from + 1_000));
  posted.push(...events);
};

/** What the two stages over the events have counted since the suite began. */
async function counted(): Promise<Record<string, StageCounts>> {
  const now = await stageCounts(api);
  const since = (name: string, count: keyof StageCounts): number =>
    (now[name]?.[count] ?? 0) - (before[name]?.[count] ?? 0);
  return Object.fromEntries(
    STAGES.map((name) => [
      name,
      {
        accepted: since(name, 'accepted'),
        duplicate: since(name, 'duplicate'),
        late: since(name, 'late'),
        rejected: since(name, 'rejected'),
      },
    ]),
  );
}

const streamName = (role: string): string => outputOf(target.deployed, streamOutput(PIPELINE, role));

/** All results of a stage before a time, by `<start> <key>`. */
async function resultsOf(stage: string, to: number): Promise<Map<string, Item>> {
  const { items, cursor } = await pageOf(api, stage, {
    from: String(START),
    to: String(to),
    limit: '10000',
  });
  expect(cursor).toBeNull();
  return new Map(items.map((item) => [`${item.start} ${item.key}`, item]));
}

test('nothing is taken without a key, and results are read as the environment says', async () => {
  const { url } = api;
  const attempt = (headers: Record<string, string>) =>
    fetch(`${url}/v1/events/network-traffic`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: traffic({ ts: START }),
    });
  expect((await attempt({})).status).toBe(401);
  expect((await attempt({ 'x-api-key': 'mr_nobody' })).status).toBe(401);
  const query = await fetch(`${url}/v1/windows/device-traffic`);
  expect(query.status).toBe(target.queryNeedsKey ? 401 : 200);
});

test('events as an array, as NDJSON and compressed become the windows that an independent program finds', async () => {
  const [first, second, third] = [0, 1, 2].map((part) => EVENTS.slice(part * 1_000, (part + 1) * 1_000));
  await send(first!);
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const lines = await post(api, second!.join('\n'), ndjson);
  expect(lines.status).toBe(202);
  expect(await lines.json()).toMatchObject({ accepted: 1_000, rejected: [] });
  const packed = await post(api, gzipSync(third!.join('\n')), { ...ndjson, 'content-encoding': 'gzip' });
  expect(packed.status).toBe(202);
  expect(await packed.json()).toMatchObject({ accepted: 1_000, rejected: [] });
  const later = pushTime(END + DISORDER + 1);
  posted.push(...second!, ...third!);
  await send(later);

  await becomesEqual(api, EVENTS, target.patience);
  const unique = new Set(posted).size;
  const counts = { accepted: unique, duplicate: posted.length - unique, late: 0, rejected: 0 };
  await expect.poll(counted, target.patience).toEqual({ 'device-traffic': counts, 'ip-share': counts });
  for (const stage of STAGES) {
    const wrong = async () =>
      [...(await resultsOf(stage, END)).values()].filter(
        ({ end, final }) => final !== Date.parse(end) + LATENESS <= END,
      );
    await expect.poll(wrong, target.patience).toEqual([]);
  }
});

test('the same events again change nothing; a late one revises its window and no other', async () => {
  const earlier = await Promise.all(STAGES.map((stage) => resultsOf(stage, END)));
  await send(EVENTS);
  const time = END - 3 * MINUTE;
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: time });
  await send([late]);
  await becomesEqual(api, [...EVENTS, late], target.patience);

  const start = new Date(time).toISOString();
  for (const [index, stage] of STAGES.entries()) {
    const after = await resultsOf(stage, END);
    expect(after.size).toBe(earlier[index]!.size);
    for (const [place, item] of earlier[index]!) {
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
  const earlier = await resultsOf('device-traffic', END);
  const tooLate = traffic({ event_id: 'too late', device: 'fleet-3', ts: START });
  await send([tooLate]);
  const total = async () =>
    Object.values(await counted()).map(({ accepted, duplicate, late }) => accepted + duplicate + late);
  await expect.poll(total, target.patience).toEqual([posted.length, posted.length]);
  // Repetitions of what is closed may be late or duplicates, but they are not counted.
  for (const { accepted, late, rejected } of Object.values(await counted())) {
    expect(accepted).toBe(new Set(posted).size - 1);
    expect(late).toBeGreaterThanOrEqual(1);
    expect(rejected).toBe(0);
  }
  expect(await resultsOf('device-traffic', END)).toEqual(earlier);
  const inLateStream = async () =>
    (await readEvents(kinesis, streamName('late'))).filter(
      ({ id, time }) => id === 'too late' && time === START,
    );
  // One for each stage that it came too late for.
  await expect.poll(async () => (await inLateStream()).length, target.patience).toBeGreaterThanOrEqual(1);
});

test('results are listed once each, page by page, by key and by time', async () => {
  const all = await resultsOf('device-traffic', END);
  expect(all.size).toBeGreaterThan(250);
  const seen: Item[] = [];
  let search: Record<string, string> = { from: String(START), to: String(END), limit: '37' };
  for (;;) {
    const { items, cursor } = await pageOf(api, 'device-traffic', search);
    expect(items.length).toBeLessThanOrEqual(37);
    seen.push(...items);
    if (cursor === null) break;
    search = { ...search, cursor };
  }
  expect(seen).toEqual([...all.values()]);

  const ofKey = await pageOf(api, 'device-traffic', {
    key: 'fleet-3',
    from: String(START),
    to: String(END),
  });
  expect(ofKey.items).toEqual([...all.values()].filter(({ key }) => key === 'fleet-3'));
  expect(ofKey.items).toHaveLength(MINUTES);
  const from = new Date(START + 2 * MINUTE).toISOString();
  const to = new Date(START + 4 * MINUTE).toISOString();
  const between = await pageOf(api, 'device-traffic', { from, to });
  expect(between.items).toEqual([...all.values()].filter(({ start }) => start >= from && start < to));
  expect(new Set(between.items.map(({ start }) => start)).size).toBe(2);
  expect(await pageOf(api, 'device-traffic', { key: 'nobody' })).toEqual({ items: [], cursor: null });
});

test('when lateness is over everything is final, with the same values', async () => {
  const over = pushTime(END + LATENESS + DISORDER + 1);
  await send(over);
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: END - 3 * MINUTE });
  for (const stage of STAGES) {
    const finals = async () => [...(await resultsOf(stage, END)).values()].every(({ final }) => final);
    await expect.poll(finals, target.patience).toBe(true);
  }
  await becomesEqual(api, [...EVENTS, late], target.patience);
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
  await send(pushTime(START + 180 * MINUTE));
  await send(pushTime(START + 195 * MINUTE));

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
    const { items } = await pageOf(api, 'device-hour', { from: String(START), to: String(START + MINUTE) });
    const own = items.filter(({ key }) => key.startsWith('fleet-'));
    return Object.fromEntries(own.map(({ key, values }) => [key, values]));
  };
  await expect.poll(hours, target.patience).toEqual(
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
    const { items } = await pageOf(api, 'top-devices', { from: String(START), to: String(START + MINUTE) });
    return items.map(({ key, values }) => [key, values]);
  };
  const heaviest = [...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 10);
  const all = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const devices = heaviest.map(([label, weight]) => ({ label, weight, error: 0 }));
  await expect.poll(top, target.patience).toEqual([['all', { devices, bytes: all }]]);
});

test('every result is in the results stream, revision by revision, of which the last one alone is final', async () => {
  const late = traffic({ event_id: 'late', device: 'fleet-3', ip: '10.0.0.0', ts: END - 3 * MINUTE });
  const expected = expectedResults([...EVENTS, late]);
  const revisions = new Map<string, Item[]>();
  const contents = new Map<string, string>();
  for (const { id, data } of await readEvents(kinesis, streamName('results'))) {
    const result = data as Item & { readonly stage: string };
    const isOfSuite = Date.parse(result.start) >= START && Date.parse(result.start) < END;
    if (!expected.has(result.stage) || !isOfSuite) continue;
    // A firing that was repeated says the same again.
    const text = JSON.stringify(data);
    expect(contents.get(id) ?? text).toBe(text);
    if (contents.has(id)) continue;
    contents.set(id, text);
    const place = `${result.stage} ${result.start} ${result.key}`;
    revisions.set(place, [...(revisions.get(place) ?? []), result]);
  }
  for (const [stage, results] of expected) {
    for (const [place, values] of results) {
      const found = (revisions.get(`${stage} ${place}`) ?? []).sort((a, b) => a.revision - b.revision);
      // A revision is a window's; of its keys only those have it whose values it changed.
      expect(found[0]?.revision).toBe(0);
      expect(new Set(found.map(({ revision }) => revision)).size).toBe(found.length);
      expect(found.filter(({ final }) => final)).toEqual([found.at(-1)]);
      expect(found.at(-1)?.values).toEqual(values);
    }
  }
  const wanted = [...expected.values()].reduce((sum, { size }) => sum + size, 0);
  expect(revisions.size).toBe(wanted);
});

test('the lake has every event as often as it was sent', async () => {
  const countIds = (ids: Iterable<string>): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
    return counts;
  };
  const sent = countIds(posted.map((line) => String((JSON.parse(line) as { event_id: unknown }).event_id)));
  const landed = async () => {
    const rows = await lake.raw(PIPELINE);
    const time = ({ time }: { time: string }): number => Date.parse(`${time.replace(' ', 'T')}Z`);
    return countIds(rows.filter((row) => time(row) >= START && time(row) < START + DAY).map(({ id }) => id));
  };
  await expect.poll(landed, target.patience).toEqual(sent);
});

test('a record that no one can read is set aside with its bytes, and holds nothing up', async () => {
  const bytes = Buffer.from('this is not an event');
  const { SequenceNumber } = await kinesis.send(
    new PutRecordCommand({ StreamName: streamName('events'), PartitionKey: 'somebody', Data: bytes }),
  );
  await send(pushTime(START + 200 * MINUTE));
  const rejected = async () => Object.values(await counted()).map((counts) => counts.rejected);
  await expect.poll(rejected, target.patience).toEqual([1, 1]);
  for (const stage of STAGES) {
    const keys = (await lake.keys(`rejected/stage=${stage}/`)).filter((key) =>
      key.includes(`${SequenceNumber}`),
    );
    expect(keys).toHaveLength(1);
    const aside = JSON.parse((await lake.read(keys[0]!)).toString()) as { code: string; bytes: string };
    expect(aside.code).toBe('undecodable');
    expect(Buffer.from(aside.bytes, 'base64')).toEqual(bytes);
  }
  const accepted = new Set(posted).size - 1;
  const after = async () => Object.values(await counted()).map((counts) => counts.accepted);
  await expect.poll(after, target.patience).toEqual([accepted, accepted]);
});

test('there is a page to look at', async () => {
  const page = await fetch(`${api.url}/`);
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await page.text()).toMatch(/^<!doctype html>/i);
});
