import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calendar, cumulative, hopping, tumbling, type WindowSpec } from '../../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** The night in which Berlin sets its clocks forward. */
const START = Date.UTC(2026, 2, 28, 22);
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LANES = [0, 1000];

type Bounds = readonly [start: number, end: number];
type Definition = (time: number) => readonly Bounds[];

/** Every window that begins at a multiple of a period, by its lengths. */
const every =
  (period: number, ...lengths: number[]): Definition =>
  (time) => {
    const windows: Bounds[] = [];
    for (let start = START - 3 * DAY; start <= time; start += period) {
      for (const length of lengths) if (time < start + length) windows.push([start, start + length]);
    }
    return windows;
  };

const BERLIN_DAYS = [-23 * HOUR, HOUR, 24 * HOUR, 48 * HOUR, 72 * HOUR, 96 * HOUR].map(
  (time) => START + time,
);
const days: Definition = (time) => {
  const next = BERLIN_DAYS.findIndex((start) => start > time);
  return [[BERLIN_DAYS[next - 1]!, BERLIN_DAYS[next]!]];
};

interface Case {
  readonly name: string;
  readonly window: WindowSpec;
  readonly definition: Definition;
  /** How far one event takes time on, and how far behind it events come at most. */
  readonly step: number;
  readonly disorder: number;
  readonly lateness: number;
}

const CASES: readonly Case[] = [
  {
    name: 'hopping',
    window: hopping('5 minutes', '1 minute'),
    definition: every(MINUTE, 5 * MINUTE),
    step: 20_000,
    disorder: 9 * MINUTE,
    lateness: 2 * MINUTE,
  },
  {
    name: 'hopping by what does not divide the size',
    window: hopping('7 minutes', '3 minutes'),
    definition: every(3 * MINUTE, 7 * MINUTE),
    step: 20_000,
    disorder: 12 * MINUTE,
    lateness: MINUTE,
  },
  {
    name: 'hopping with gaps',
    window: hopping('2 minutes', '5 minutes'),
    definition: every(5 * MINUTE, 2 * MINUTE),
    step: 20_000,
    disorder: 6 * MINUTE,
    lateness: 3 * MINUTE,
  },
  {
    name: 'cumulative',
    window: cumulative('6 minutes', '2 minutes'),
    definition: every(6 * MINUTE, 2 * MINUTE, 4 * MINUTE, 6 * MINUTE),
    step: 20_000,
    disorder: 8 * MINUTE,
    lateness: MINUTE,
  },
  {
    name: 'calendar',
    window: calendar('day', 'Europe/Berlin'),
    definition: days,
    step: 25 * MINUTE,
    disorder: 36 * HOUR,
    lateness: 6 * HOUR,
  },
];

const stageOf = (window: WindowSpec, allowedLateness: number) => ({ ...totals, window, allowedLateness });

test.each(CASES)('$name windows hold what their definition says, late events included', async (one) => {
  const { window, definition, step, disorder, lateness } = one;
  const world = await World.create(dynamodb, stageOf(window, lateness), 2, START);
  const [behind] = fc.sample(fc.array(fc.nat(disorder), { minLength: 72, maxLength: 72 }), {
    numRuns: 1,
    seed: 7,
  });
  const expected = new Map<string, { total: number; events: number }>();
  const seen = { partly: 0, late: 0, outside: 0, accepted: 0 };
  await world.sweep();
  for (const [index, back] of behind!.entries()) {
    world.now += step;
    const lane = index % 2;
    const shard = world.stream.names()[lane]!;
    const key = `k${lane}`;
    // Every third event is behind; the others take time on.
    const time = index % 3 === 2 ? world.now - back : world.now;
    world.put(LANES[lane]!, [readingEvent(`${index}`, time, key, index)]);
    await world.deliver(shard, 10);
    // The watermark against which lateness was decided is what the commit says; the rest is by definition.
    const w = (await world.context.log.last(shard))!.tail.w;
    const all = definition(time);
    const open = all.filter(([, end]) => end + lateness > w);
    for (const [start, end] of open) {
      const before = expected.get(`${start} ${end} ${key}`) ?? { total: 0, events: 0 };
      expected.set(`${start} ${end} ${key}`, { total: before.total + index, events: before.events + 1 });
    }
    if (all.length === 0) seen.outside++;
    else if (open.length === 0) seen.late++;
    else seen.accepted++;
    if (open.length > 0 && open.length < all.length) seen.partly++;
    // Only now: a firing may put a fence behind the commit.
    if (index % 7 === 0) await world.sweep();
    if (index % 4 === 0) await world.fire();
    if (index % 25 === 0) world.restart();
  }
  await world.settle();
  const tails = await Promise.all(world.stream.names().map((shard) => world.context.log.last(shard)));
  const accepted = tails.reduce((sum, commit) => sum + (commit?.tail.counts.accepted ?? 0), 0);
  expect(accepted).toBe(seen.accepted);
  world.now += 5 * DAY;
  // An event of another window whose time closes all others; a lane each.
  for (const lane of LANES) world.put(lane, [readingEvent(`end-${lane}`, world.now, 'end')]);
  await world.settle();
  await world.settle();

  const got = [...world.latest()].filter(([, { key }]) => key !== 'end');
  expect(got.map(([name, { values, final }]) => [name, values, final]).sort()).toEqual(
    [...expected].map(([name, values]) => [name, values, true]).sort(),
  );
  expect(world.late).toHaveLength(seen.late);
  expect(world.partlyLate).toHaveLength(seen.partly);
  expect(world.partlyLateCounted).toBe(seen.partly);
  expect(seen.late).toBeGreaterThan(0);
  if (window.kind === 'cumulative' || one.name === 'hopping') expect(seen.partly).toBeGreaterThan(0);
  if (one.name === 'hopping with gaps') expect(seen.outside).toBeGreaterThan(0);
});

describe('hopping windows', () => {
  test('count an event that is late for some of them in the others', async () => {
    const world = await World.create(dynamodb, stageOf(hopping('5 minutes', '1 minute'), 0), 1, START);
    const [shard] = world.stream.names();
    const feed = async (id: string, offset: number) => {
      world.now += 1_000;
      world.put(0, [readingEvent(id, START + offset)]);
      await world.deliver(shard!, 10);
    };
    world.now += HOUR;
    await world.sweep();
    await feed('1', 0);
    await feed('2', 3 * MINUTE + 10_000);
    await world.fire();
    await feed('late for three of five', 1);
    await feed('end', HOUR);
    await world.settle();
    const counts = [...world.latest().values()]
      .filter(({ start }) => start <= START)
      .map(({ end, values, revision }) => [(end - START) / MINUTE, values.events, revision]);
    expect(counts).toEqual([
      [1, 1, 0],
      [2, 1, 0],
      [3, 1, 0],
      [4, 3, 0],
      [5, 3, 0],
    ]);
    expect(world.late).toEqual([]);
    expect(world.partlyLate.map((event) => JSON.parse(event))).toEqual([
      expect.objectContaining({
        id: 'late for three of five',
        type: 'totals.partly-late',
        millracewatermark: '2026-03-28T22:03:00.000Z',
      }),
    ]);
  });

  test('write no more than tumbling ones of the same slice', async () => {
    const writes: Record<string, number>[] = [];
    for (const window of [tumbling('1 minute'), hopping('1 hour', '1 minute')]) {
      const world = await World.create(dynamodb, stageOf(window, MINUTE), 1, START);
      await world.sweep();
      const made: Record<string, number> = {};
      world.faults.inject((operation) => {
        made[operation] = (made[operation] ?? 0) + 1;
        return 'ok';
      });
      for (let index = 0; index < 40; index++) {
        world.now += 20_000;
        world.put(0, [readingEvent(`${index}`, world.now), readingEvent(`${index}b`, world.now, 'b')]);
        await world.deliver(world.stream.names()[0]!, 10);
      }
      writes.push({ PutItemCommand: made.PutItemCommand!, UpdateItemCommand: made.UpdateItemCommand! });
    }
    expect(writes[0]!.PutItemCommand).toBe(40);
    expect(writes[1]).toEqual(writes[0]);
  });
});
