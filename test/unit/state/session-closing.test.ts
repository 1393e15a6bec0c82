import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { session } from '../../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

// What goes on from slices that close is carried over only when every unit that has fired has taken all of them into account. These
// are the two ways in which one may not have: whoever holds its next revision has died, or what touched it came during the closing.

const START = Date.UTC(2026, 0, 1);
/** In units of 15 s; the bound is 10 s. Slice [45, 60) takes events up to 240 and is closed at 300, the session's unit at 405. */
const visits = { ...totals, name: 'visits', window: session('1 minute'), allowedLateness: 2 * MINUTE };
const SESSION_UNIT = START + 225_000;
const [LEFT, RIGHT] = [0, 1000];

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

let world: World;
async function feed(id: string, seconds: number, key: string, point: number): Promise<void> {
  world.now = Math.max(world.now + 1, START + seconds * 1_000);
  world.put(point, [readingEvent(id, START + seconds * 1_000, key)]);
  for (const shard of world.stream.names()) await world.deliver(shard, 10);
}

const late = () => feed('late', 45, 'a', LEFT);
/** What stands of the visitor whose session the late event begins earlier. */
const standing = () =>
  [...world.latest().values()]
    .filter(({ key, retracted }) => key === 'a' && !retracted)
    .map(({ start, end, values, final }) => [
      (start - START) / 1_000,
      (end - START) / 1_000,
      values.events,
      final,
    ]);

beforeEach(async () => {
  world = await World.create(dynamodb, visits, 2, START);
  await world.sweep();
  await feed('1', 10, 'b', LEFT);
  await feed('2', 50, 'c', LEFT);
  await feed('3', 100, 'a', LEFT);
  await feed('4', 150, 'a', LEFT);
  for (const point of [LEFT, RIGHT]) await feed(`first ${point}`, 235, 'end', point);
  await world.fire();
  expect(standing()).toEqual([[100, 210, 2, false]]);
});

async function closeAll(): Promise<void> {
  for (const point of [LEFT, RIGHT]) await feed(`last ${point}`, 900, 'end', point);
  await world.fire();
}

test('slices are not closed while the revision that takes a late event of theirs into account is held by a firing that died', async () => {
  await late();
  const { ledger, heads, clock } = world.context;
  const firing = await ledger.read(SESSION_UNIT);
  const lease = START + 450_000;
  const held = await ledger.claim(SESSION_UNIT, firing, {
    revision: 1,
    final: false,
    lease,
    expiresAt: 2_000_000_000,
  });
  await ledger.cut(held!, new Map((await heads.read()).heads.map(({ shard, n }) => [shard, n])));
  for (const point of [LEFT, RIGHT]) await feed(`second ${point}`, 400, 'end', point);
  await world.fire();
  // Others are final, but nothing is closed.
  expect([...world.latest().values()].find(({ key }) => key === 'b')?.final).toBe(true);
  expect((await clock.read())?.closedUpTo).toBeLessThan(START + 300_000);
  world.now = lease + 1;
  await world.fire();
  expect(standing()).toEqual([[45, 210, 3, false]]);
  await closeAll();
  expect(standing()).toEqual([[45, 210, 3, true]]);
});

test('nor while a late event that came during the closing has not been taken into account', async () => {
  // The left shard knows an old time: the right one moves it.
  for (const point of [LEFT, RIGHT]) await feed(`second ${point}`, 400, 'end', point);
  const list = vi.spyOn(world.stream, 'list').mockImplementationOnce(async () => {
    list.mockRestore();
    await late();
    return world.stream.list();
  });
  await world.fire();
  expect(world.late).toEqual([]);
  expect(standing()).toEqual([[45, 210, 3, false]]);
  await closeAll();
  expect(standing()).toEqual([[45, 210, 3, true]]);
});
