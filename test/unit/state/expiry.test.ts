import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tumbling, type WindowStage } from '../../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { reading, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const STEP = DAY / 4;
const [LEFT, RIGHT] = [0, 1000];

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** Deletes what has expired, as the table does some time later. */
async function expire({ table, now }: World): Promise<number> {
  const { Items = [] } = await dynamodb.client.send(new ScanCommand({ TableName: table }));
  const expired = Items.filter(
    ({ expiresAt }) => Number(expiresAt?.N ?? Number.POSITIVE_INFINITY) * 1_000 < now,
  );
  for (const { pk, sk } of expired) {
    await dynamodb.client.send(new DeleteItemCommand({ TableName: table, Key: { pk: pk!, sk: sk! } }));
  }
  return expired.length;
}

/** An event for each of two keys, on a shard each, in every quarter of a day, each time in other functions, and nothing kept longer than it says. */
async function live(
  stage: WindowStage,
  steps: number,
  extra: (step: number, world: World) => void = () => {},
): Promise<{ world: World; expired: number }> {
  const world = await World.create(dynamodb, stage, 2, START);
  await world.sweep();
  let expired = 0;
  for (let step = 0; step < steps; step++) {
    world.now = START + step * STEP;
    expired += await expire(world);
    world.restart();
    world.put(LEFT, [readingEvent(`a-${step}`, world.now, 'a')]);
    world.put(RIGHT, [readingEvent(`b-${step}`, world.now, 'b')]);
    extra(step, world);
    for (const shard of world.stream.names()) while (await world.deliver(shard, 5));
    await world.sweep();
    await world.fire();
  }
  return { world, expired };
}

const quarters = { ...totals, window: tumbling('6 hours'), allowedLateness: 0 };
/** The results of one key, by the number of the window. */
const totalsOf = ({ results }: World) =>
  results.filter(({ key }) => key === 'a').map(({ start, values }) => [(start - START) / STEP, values.total]);
const one = (windows: number) => Array.from({ length: windows }, (_, n) => [n, 1]);

test('state is kept as long as a watermark may stay behind', async () => {
  const [behind, steps] = [16, 28];
  const { world, expired } = await live({ ...quarters, outOfOrderness: behind * STEP }, steps);
  expect(expired).toBeGreaterThan(0);
  // The last event, at the beginning of a window, moves the watermark to the beginning of one so many before.
  expect(totalsOf(world)).toEqual(one(steps - 1 - behind));
});

test('state is kept as long as an event may be ahead', async () => {
  const [ahead, steps] = [16, 36];
  const patient = { ...reading, maxAhead: 5 * DAY };
  const stage: WindowStage = { ...quarters, from: patient, input: patient };
  const { world, expired } = await live(stage, steps, (step, other) => {
    // The other shard holds time back.
    if (step === 1) other.put(LEFT, [readingEvent('early', START + ahead * STEP + 60_000, 'a', 1_000)]);
  });
  expect(expired).toBeGreaterThan(0);
  // The event at the beginning of a window is behind that by the bound: the one before it has not ended.
  const expected = one(steps - 2);
  expected[ahead] = [ahead, 1_001];
  expect(totalsOf(world)).toEqual(expected);
});
