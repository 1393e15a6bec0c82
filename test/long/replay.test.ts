import { beforeAll, expect, test } from 'vitest';
import type { WindowStage } from '../../shared/pipeline/index.ts';
import { lakeFolder } from '../../tools/cli/query/lake-folder.ts';
import { resourcesOfRun } from '../../tools/cli/replay/resources.ts';
import { type ReplayReport, runReplay } from '../../tools/cli/replay/run.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import replayed, { LEAST, twins } from '../pipelines/replayed.ts';
import { pageOf, postEvents, stageCounts } from '../support/api-client.ts';
import { auditLake, becomesFinal } from '../support/audit.ts';
import { foldRows, partsOf, type Rows, startOf, total } from '../support/fold-rows.ts';
import { Random } from '../support/random.ts';
import { synthesizePipeline } from '../support/test-app.ts';
import { startTestRun } from '../support/test-run.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const SENSORS = 4;
const PATIENCE = { timeout: 120_000, interval: 200 } as const;

interface Measurement {
  readonly id: string;
  readonly sensor: string;
  readonly value: number;
  readonly at: number;
}

/** Some minutes of all sensors, out of order by up to nine seconds. */
function measurements(from: number, minutes: number): Measurement[] {
  const random = new Random(from);
  const count = minutes * 40;
  return Array.from({ length: count }, (_, index) => ({
    id: `${from}-${index}`,
    sensor: `sensor-${random.below(SENSORS)}`,
    value: random.below(100),
    at: from + Math.max(0, Math.floor((index * minutes * MINUTE) / count) - random.below(9_000)),
  }));
}

/** A measurement of every sensor: so that every stage hears of a time. */
const push = (at: number): Measurement[] =>
  Array.from({ length: SENSORS }, (_, sensor) => ({
    id: `push-${at}-${sensor}`,
    sensor: `sensor-${sensor}`,
    value: 99,
    at,
  }));

const END = START + 10 * MINUTE;
// The last makes minutes final, and a minute that is final then closes spans.
const HISTORY = [...measurements(START, 10), ...push(END + 3 * MINUTE), ...push(END + 20 * MINUTE)];
const RESUMED = END + 20 * MINUTE;
const LIVE = [
  ...measurements(RESUMED + MINUTE, 4),
  ...push(RESUMED + 9 * MINUTE),
  ...push(RESUMED + 30 * MINUTE),
];
const LIVE_END = RESUMED + 5 * MINUTE;

const minutesOf = (events: readonly Measurement[]) =>
  foldRows(
    events,
    ({ sensor, at }) => `${startOf(at, MINUTE)} ${sensor}`,
    (own) => ({
      total: total(own.map(({ value }) => value)),
      events: own.length,
      highest: Math.max(...own.map(({ value }) => value)),
    }),
  );

const usableOf = (events: readonly Measurement[]) => minutesOf(events.filter(({ value }) => value >= LEAST));

const spansOf = (events: readonly Measurement[]) =>
  foldRows(
    Object.entries(minutesOf(events)),
    ([place]) => `${startOf(partsOf(place).start, 5 * MINUTE)} ${partsOf(place).key}`,
    (own) => ({
      minutes: own.length,
      events: total(own.map(([, values]) => values.events!)),
      highest: Math.max(...own.map(([, values]) => values.highest!)),
    }),
  );

const before = (rows: Rows, end: number) =>
  Object.fromEntries(Object.entries(rows).filter(([place]) => partsOf(place).start < end));

const CASES = [
  { kind: 'events', ...twins.events, expected: minutesOf },
  { kind: 'filtered', ...twins.filtered, expected: usableOf },
  { kind: 'results', ...twins.results, expected: spansOf },
] as const;

let run: LocalRun;
let began: number;

beforeAll(async () => {
  const own = await startTestRun({ app: synthesizePipeline('replayed', replayed) });
  run = own.run;
  began = Date.now();
  return own.remove;
}, 180_000);

const post = (events: readonly Measurement[]) => postEvents(run.url, 'measurement', events);

/** The results of a stage before a time, by start and key. */
async function rowsOf({ name }: WindowStage, to: number): Promise<Rows> {
  const { items } = await pageOf(run.url, name, { to: String(to), limit: '10000' });
  return Object.fromEntries(items.map(({ start, key, values }) => [`${start} ${key}`, values])) as Rows;
}

/** What `millrace replay` does, of all that has arrived. */
const replay = (stage: WindowStage, dryRun = false): Promise<ReplayReport> =>
  runReplay(resourcesOfRun(run, replayed, stage), {
    pipeline: replayed,
    stage,
    from: began,
    to: Date.now(),
    rate: Number.POSITIVE_INFINITY,
    retentionHours: 24,
    dryRun,
    goLive: true,
    signal: new AbortController().signal,
    onFound: () => {},
    onObject: () => {},
    onProgress: () => {},
  });

test('the history of a stage that awaits it is counted by nobody else', async () => {
  for (let at = 0; at < HISTORY.length; at += 100) await post(HISTORY.slice(at, at + 100));
  const lake = lakeFolder(run.dataDir);
  for (const { live } of CASES) await becomesFinal(lake, replayed, live, { from: START, to: END });
  for (const { live, replayed: stage, expected } of CASES) {
    expect(await rowsOf(live, END)).toEqual(before(expected(HISTORY), END));
    expect(await rowsOf(stage, END)).toEqual({});
  }
});

test.each(CASES)(
  'a replay of $kind gives what a stage has that was live, which it then is',
  async ({ live, replayed: stage }) => {
    const { events } = await replay(stage, true);
    expect(events).toBeGreaterThan(0);
    expect(await replay(stage)).toMatchObject({ complete: true });
    await expect.poll(() => rowsOf(stage, END), PATIENCE).toEqual(await rowsOf(live, END));
    await expect(replay(stage)).rejects.toThrow(`stage "${stage.name}" is live`);
  },
);

test('live events follow', async () => {
  await post(LIVE);
  const all = [...HISTORY, ...LIVE];
  for (const { live, replayed: stage, expected } of CASES) {
    for (const of of [live, stage]) {
      await expect.poll(() => rowsOf(of, LIVE_END), PATIENCE).toEqual(before(expected(all), LIVE_END));
    }
  }
  // All counted once, by the replay or afterwards; what the stream has of an event that passed a filter is known by its id, or late.
  const counts = await stageCounts(run.url);
  for (const { live, replayed: stage } of CASES) {
    expect(counts[stage.name]).toMatchObject({ accepted: counts[live.name]?.accepted, rejected: 0 });
  }
  expect(counts[twins.events.replayed.name]).toEqual(counts[twins.events.live.name]);
  expect(counts[twins.results.replayed.name]).toEqual(counts[twins.results.live.name]);
});

test.each(CASES.filter(({ kind }) => kind !== 'filtered'))(
  'the lake says the same of a stage whose history of $kind was replayed',
  async ({ replayed: stage, expected }) => {
    const lake = lakeFolder(run.dataDir);
    const range = { from: START, to: LIVE_END };
    await becomesFinal(lake, replayed, stage, range);
    const windows = Object.keys(before(expected([...HISTORY, ...LIVE]), LIVE_END)).length;
    expect(await auditLake(lake, replayed, stage, range)).toMatchObject({
      compared: windows,
      equal: windows,
      differing: 0,
    });
  },
);
