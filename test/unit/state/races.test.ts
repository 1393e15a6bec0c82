import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fenceShards } from '../../../shared/state/fence.ts';
import { commitSk, itemKey, logPk } from '../../../shared/state/keys.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { InjectedFault } from '../../support/faults.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

// Each of these was first found by the model of the protocol (docs/model.md) or by the chaos driver (docs/testing.md).

const START = Date.UTC(2026, 0, 1);
const [FIRST, SECOND] = ['shardId-000000000000', 'shardId-000000000001'];
const [LEFT, RIGHT] = [0, 1000];

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

const create = (shards: number) => World.create(dynamodb, totals, shards, START);

test('silence after a split fires what only the parent has seen', async () => {
  const world = await create(1);
  await world.sweep();
  world.put(LEFT, [readingEvent('1', START)]);
  await world.deliver(FIRST, 10);
  world.stream.split(FIRST);
  // The parent retires in the first sweep, before the window's end.
  for (const pause of [6_000, 2 * MINUTE, 2 * MINUTE]) {
    world.now += pause;
    await world.sweep();
    await world.fire();
  }
  expect((await world.context.heads.read()).heads.map(({ retired }) => retired)).toEqual([
    true,
    false,
    false,
  ]);
  expect(world.results.map(({ values }) => values.events)).toEqual([1]);
});

test('a closing takes in what a child shard has counted before anyone has registered it', async () => {
  const world = await create(1);
  await world.sweep();
  world.put(LEFT, [readingEvent('1', START), readingEvent('2', START + 20 * MINUTE, 'end')]);
  const onlyCommits = (operation: string) => (operation === 'UpdateItemCommand' ? 'lost' : 'ok');
  world.faults.inject(onlyCommits);
  await expect(world.deliver(FIRST, 10)).rejects.toThrow(InjectedFault);
  world.faults.quiet();
  world.restart();
  await world.deliver(FIRST, 10);
  world.stream.split(FIRST);
  world.put(LEFT, [readingEvent('3', START)]);
  world.faults.inject(onlyCommits);
  await expect(world.deliver(SECOND, 10)).rejects.toThrow(InjectedFault);
  world.faults.quiet();
  // A sweeper that had listed the shards before the split moves the clock only now.
  await world.context.clock.forward('watermark', START + 19 * MINUTE);
  world.now += MINUTE;
  await world.fire();
  const final = world.results.filter((result) => result.final && result.key === 'a');
  expect(final.map(({ values }) => values.events)).toEqual([2]);
});

test('a firing that was taken over says nothing when the other has finished it and its slices are pruned', async () => {
  const world = await create(2);
  await world.sweep();
  for (const [shard, point] of [[FIRST, LEFT] as const, [SECOND, RIGHT] as const]) {
    world.put(point, [
      readingEvent(`1-${shard}`, START),
      readingEvent(`2-${shard}`, START + 20 * MINUTE, 'b'),
    ]);
    await world.deliver(shard, 10);
  }
  const { ledger, clock } = world.context;
  const end = START + MINUTE;
  const claim = { revision: 0, final: true, lease: world.now, expiresAt: 2_000_000_000 };
  const slow = await ledger.claim(end, undefined, claim);
  await ledger.cut(slow!, new Map([FIRST, SECOND].map((shard) => [shard, 1])));
  world.now += MINUTE;
  const takeOver = ledger.takeOver.bind(ledger);
  vi.spyOn(ledger, 'takeOver').mockImplementation(async (firing, lease) => {
    const taken = await takeOver(firing, lease);
    if (firing.end !== end) return taken;
    // Meanwhile the slow one emits, finishes, closes, and one shard goes on.
    await ledger.done(end, 0);
    await clock.forward('closedUpTo', START + 12 * MINUTE);
    world.restart();
    world.put(LEFT, [readingEvent('3', START + 20 * MINUTE, 'b')]);
    await world.deliver(FIRST, 10);
    return taken;
  });
  await world.fire();
  expect(world.results.filter((result) => result.end === end)).toEqual([]);
});

test('a fence comes after the head where the log has expired', async () => {
  const world = await create(1);
  await world.sweep();
  world.put(LEFT, [readingEvent('1', START)]);
  await world.deliver(FIRST, 10);
  const { context } = world;
  const Key = itemKey(logPk(context.name, FIRST), commitSk(1));
  await dynamodb.client.send(new DeleteItemCommand({ TableName: world.table, Key }));
  await fenceShards(context, START + 30 * MINUTE, world.stream.list, async () => {});
  const fence = await context.log.last(FIRST);
  expect([fence?.tail.n, fence?.tail.w]).toEqual([2, START + 30 * MINUTE]);
  expect(fence?.tail.position).toEqual((await context.heads.read()).heads[0]?.position);
});

test('a firing that another has taken over and cut later than the tails were read here is left to the other', async () => {
  const world = await create(1);
  await world.sweep();
  world.put(LEFT, [readingEvent('1', START), readingEvent('2', START + 2 * MINUTE, 'b')]);
  await world.deliver(FIRST, 10);
  const { ledger } = world.context;
  const end = START + MINUTE;
  const cut = ledger.cut.bind(ledger);
  vi.spyOn(ledger, 'cut').mockImplementationOnce(async (firing, own) => {
    // The lease ends, the shard goes on, and the other dies between its cut and its results.
    world.put(LEFT, [readingEvent('3', START)]);
    await world.deliver(FIRST, 10);
    await cut(firing, new Map([[FIRST, 2]]));
    return cut(firing, own);
  });
  await world.fire();
  expect(world.results.filter((result) => result.end === end)).toEqual([]);
  world.now += MINUTE;
  await world.fire();
  expect(world.results.filter((result) => result.end === end).map(({ values }) => values.events)).toEqual([
    2,
  ]);
});

test('a sweep whose list of shards is older than the heads does not take new shards for gone', async () => {
  const world = await create(2);
  const old = await world.stream.list();
  world.stream.split(FIRST);
  const list = vi.spyOn(world.stream, 'list').mockImplementationOnce(async () => {
    // Another sweep registers the children while this one has its answer on the way.
    list.mockRestore();
    await world.sweep();
    return old;
  });
  await world.sweep();
  const { heads } = await world.context.heads.read();
  expect(heads.map(({ retired }) => retired)).toEqual([true, false, false, false]);
});

test('what is closed is said by the next firing if the one that closed it has died before', async () => {
  const world = await create(1);
  await world.sweep();
  world.put(LEFT, [readingEvent('1', START), readingEvent('2', START + 20 * MINUTE, 'b')]);
  await world.deliver(FIRST, 10);
  const { clock } = world.context;
  const forward = vi.spyOn(clock, 'forward').mockRejectedValue(new InjectedFault('the firing died'));
  await expect(world.fire()).rejects.toThrow(InjectedFault);
  forward.mockRestore();
  expect(world.results.map(({ final }) => final)).toEqual([true]);
  expect((await clock.read())?.closedUpTo).toBe(Number.NEGATIVE_INFINITY);
  await world.fire();
  expect((await clock.read())?.closedUpTo).toBeGreaterThanOrEqual(START + 11 * MINUTE);
});
