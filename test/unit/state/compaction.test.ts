import { DeleteItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cumulative, hopping, topK, type WindowSpec } from '../../../shared/pipeline/index.ts';
import { worthItsPrice } from '../../../shared/state/compaction.ts';
import { slicesPk } from '../../../shared/state/keys.ts';
import { Meter } from '../../../tools/bench/meter.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const SHARD = 'shardId-000000000000';

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

const stageOf = (window: WindowSpec, allowedLateness: number) => ({ ...totals, window, allowedLateness });

interface Metered {
  readonly world: World;
  readonly meter: Meter;
}

async function metered(window: WindowSpec, lateness: number): Promise<Metered> {
  const meter = new Meter();
  const client = meter.wrap(dynamodb.client);
  const world = await World.create({ ...dynamodb, client }, stageOf(window, lateness), 1, START);
  await world.sweep();
  return { world, meter };
}

/** Commits `batches` batches evenly over a minute of event time, with an event each of two keys. */
async function minute(world: World, at: number, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const time = at + (batch * MINUTE) / batches;
    world.now = Math.max(world.now, time);
    world.put(0, [readingEvent(`a${time}`, time, 'a'), readingEvent(`b${time}`, time, 'b', 2)]);
    await world.deliver(SHARD, 10);
  }
}

/** Reads of the log and of compacted slices, in items. */
const itemsRead = ({ meter }: Metered) => ({
  commits: meter.reads.get('log')?.items ?? 0,
  slices: meter.reads.get('slices')?.items ?? 0,
});

test('a firing of a hopping window reads its slices compacted, whatever the number of batches', async () => {
  const run = await metered(hopping('12 minutes', '1 minute'), 0);
  const BATCHES = 8;
  for (let at = 0; at < 18; at++) {
    await minute(run.world, START + at * MINUTE, BATCHES);
    await run.world.fire();
  }
  await minute(run.world, START + 18 * MINUTE, BATCHES);
  run.meter.reset();
  await run.world.fire();
  const { commits, slices } = itemsRead(run);
  expect(run.world.results.at(-1)?.end).toBe(START + 18 * MINUTE);
  // The slice that ended last, a bit of the one before and after it, and the log's tail, twice each.
  expect(commits).toBeLessThan(3 * BATCHES + 6);
  expect(slices).toBeGreaterThanOrEqual(10);
  expect(slices).toBeLessThan(40);
});

test('a cumulative window as well', async () => {
  const run = await metered(cumulative('1 hour', '2 minutes'), 0);
  for (let at = 0; at < 40; at++) {
    await minute(run.world, START + at * MINUTE, 6);
    await run.world.fire();
  }
  run.meter.reset();
  await minute(run.world, START + 40 * MINUTE, 6);
  await run.world.fire();
  expect(run.world.results.at(-1)).toMatchObject({ start: START, end: START + 40 * MINUTE });
  expect(itemsRead(run).commits).toBeLessThan(40);
});

test('rankings are merged commit by commit, in one order', async () => {
  const stage = { ...stageOf(hopping('6 minutes', '1 minute'), 0), values: { top: topK('key', 1) } };
  const world = await World.create(dynamodb, stage, 1, START);
  await world.sweep();
  for (let at = 0; at < 8; at++) {
    await minute(world, START + at * MINUTE, 2);
    await world.fire();
  }
  expect(world.results.length).toBeGreaterThan(5);
  const slices: unknown[] = [];
  for await (const found of world.context.segments.between(SHARD, START, START + 8 * MINUTE))
    slices.push(found);
  expect(slices).toEqual([]);
});

test('a tumbling stage without late data neither writes nor looks for compacted slices', async () => {
  const run = await metered(totals.window, 10 * MINUTE);
  for (let at = 0; at < 15; at++) {
    await minute(run.world, START + at * MINUTE, 4);
    await run.world.fire();
  }
  expect(run.world.results.some(({ final }) => final)).toBe(true);
  expect(run.meter.writes.get('slices')).toBeUndefined();
  expect(run.meter.reads.get('slices')).toBeUndefined();
});

test('a tumbling window that is revised again and again reads what it read before compacted', async () => {
  const run = await metered(totals.window, 60 * MINUTE);
  await minute(run.world, START, 40);
  await minute(run.world, START + 2 * MINUTE, 1);
  await run.world.fire();
  for (let late = 0; late < 10; late++) {
    run.world.put(0, [readingEvent(`late ${late}`, START + 30_000, 'a', 100)]);
    await run.world.deliver(SHARD, 10);
    run.meter.reset();
    await run.world.fire();
  }
  expect(run.world.results.at(-1)).toMatchObject({ revision: 10, values: { total: 1_040, events: 50 } });
  expect(itemsRead(run).commits).toBeLessThan(20);
});

test('by the prices of DynamoDB it pays where much is read often', () => {
  expect(worthItsPrice(120, 900_000, 25_000)).toBe(true);
  expect(worthItsPrice(1, 900_000, 100_000)).toBe(false);
  expect(worthItsPrice(0, 900_000, 1_000)).toBe(false);
  expect(worthItsPrice(1_000, 1_000, 1_001)).toBe(false);
});

describe('whatever became of the compacted slices, the results are right', () => {
  const items = async (world: World) => {
    const pk = { S: slicesPk(world.context.name, SHARD) };
    const { Items = [] } = await dynamodb.client.send(
      new QueryCommand({
        TableName: world.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      }),
    );
    return Items.map(({ sk }) => ({ TableName: world.table, Key: { pk, sk: sk! } }));
  };

  const damages: Record<string, (world: World) => Promise<unknown>> = {
    'nothing happens to them': async () => {},
    'every other one is lost': async (world) => {
      const lost = (await items(world)).filter((_, index) => index % 2 === 0);
      await Promise.all(lost.map((item) => dynamodb.client.send(new DeleteItemCommand(item))));
    },
    'they are incomplete': async (world) => {
      for (const item of await items(world)) {
        await dynamodb.client.send(
          new UpdateItemCommand({
            ...item,
            UpdateExpression: 'SET chunks = :more',
            ExpressionAttributeValues: { ':more': { N: '2' } },
          }),
        );
      }
    },
  };

  test.each(Object.entries(damages))('%s', async (_, damage) => {
    const { world } = await metered(hopping('6 minutes', '1 minute'), 2 * MINUTE);
    const sent = [];
    for (let at = 0; at < 60; at++) {
      const time = START + at * 20_000;
      world.now = time;
      // Every fifth event is behind by up to the allowed lateness, and counted in every window that holds it.
      const event = readingEvent(`${at}`, at % 5 === 4 ? time - 100_000 : time, at % 2 ? 'a' : 'b', at);
      sent.push(event);
      world.put(0, [event]);
      await world.deliver(SHARD, 10);
      if (at % 3 === 0) await world.fire();
      if (at % 10 === 9) await damage(world);
    }
    world.now += 60 * MINUTE;
    world.put(0, [readingEvent('end', world.now, 'end')]);
    await world.settle();
    await world.settle();
    const got = [...world.latest().values()].filter(({ key }) => key !== 'end');
    expect((await items(world)).length).toBeGreaterThan(5);
    expect(got.length).toBeGreaterThan(50);
    for (const { key, start, end, values, final } of got) {
      const inside = sent.filter(({ time }) => time >= start && time < end);
      const amounts = inside
        .filter((event) => event.key === key)
        .map(({ data }) => (data as { amount: number }).amount);
      const total = amounts.reduce((a, b) => a + b, 0);
      expect({ values, final }).toEqual({ values: { total, events: amounts.length }, final: true });
    }
  });
});
