import { afterAll, beforeAll, expect, test } from 'vitest';
import { fireStage } from '../../../shared/state/fire.ts';
import type { EmittedResult } from '../../../shared/state/fire-outputs.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTES = 12;

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** Twelve minutes of two keys, counted and fired on time, all of which are due to be closed at once. */
async function backlog(resultSpan?: number): Promise<World> {
  const world = await World.create(
    dynamodb,
    totals,
    1,
    START + 60 * MINUTE,
    resultSpan === undefined ? {} : { resultSpan },
  );
  await world.sweep();
  for (let minute = 0; minute < MINUTES; minute++) {
    for (const key of ['a', 'b'])
      world.put(0, [readingEvent(`${minute}${key}`, START + minute * MINUTE, key)]);
  }
  await world.deliver('shardId-000000000000', 100);
  world.now += MINUTE;
  await world.sweep();
  await world.fire();
  world.put(0, [readingEvent('last', START + 60 * MINUTE)]);
  await world.deliver('shardId-000000000000', 100);
  await world.sweep();
  return world;
}

/** Fires, and lists which final windows, by their minute, were emitted in which call. */
async function closings(
  world: World,
  during: (call: number) => Promise<void> = async () => {},
): Promise<number[][]> {
  const calls: number[][] = [];
  await fireStage(world.context, {
    emit: async (results) => {
      const found = [...results].map(({ event }: EmittedResult) => JSON.parse(event).data);
      const minutes = found
        .filter(({ final }) => final)
        .map(({ start }) => (Date.parse(start) - START) / MINUTE);
      if (minutes.length > 0) calls.push([...new Set(minutes)]);
      await during(calls.length);
      return found.length;
    },
    listShards: world.stream.list,
    sleep: async (ms) => {
      world.now += ms;
    },
    remaining: () => 60_000,
    fireBucket: async () => {},
  });
  return calls;
}

const all = Array.from({ length: MINUTES }, (_, minute) => minute);

test('where nobody reads its results, a stage closes all that is due at once', async () => {
  expect(await closings(await backlog())).toEqual([all]);
});

test('what another stage reads is closed in order, in steps of what that stage waits for', async () => {
  expect(await closings(await backlog(4 * MINUTE))).toEqual([
    [0, 1, 2, 3, 4],
    [5, 6, 7, 8, 9],
    [10, 11],
  ]);
});

test('nobody closes later windows while another is at the first', async () => {
  const world = await backlog(4 * MINUTE);
  const others: number[][] = [];
  const calls = await closings(world, async (call) => {
    if (call === 1) others.push(...(await closings(world)));
  });
  expect(others).toEqual([]);
  expect(calls.flat()).toEqual(all);
});
