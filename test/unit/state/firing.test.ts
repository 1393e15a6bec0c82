import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { InjectedFault } from '../../support/faults.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const [FIRST, SECOND] = ['shardId-000000000000', 'shardId-000000000001'];
/** Points of the hash range in the first and the second of two shards. */
const [LEFT, RIGHT] = [0, 1000];

let dynamodb: TestDynamoDB;
let world: World;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  world = await World.create(dynamodb, totals, 2, START);
});

const clock = () => world.context.clock.read();
const fired = () =>
  world.results.map(({ key, start, revision, final, values }) => [
    key,
    (start - START) / MINUTE,
    revision,
    final,
    values.total,
  ]);

/** Puts an event, delivers it, and lets a second pass. */
async function feed(point: number, id: string, offset: number, key = 'a'): Promise<void> {
  world.now += 1_000;
  world.put(point, [readingEvent(id, START + offset, key)]);
  for (const shard of world.stream.names()) await world.deliver(shard, 10);
}

/** The same for one shard: the others' consumers are away. */
async function feedOnly(shard: string, point: number, offset: number): Promise<void> {
  world.now += 1_000;
  world.put(point, [readingEvent('only', START + offset)]);
  await world.deliver(shard, 10);
}

describe('the watermark', () => {
  test('does not exist before every shard is registered', async () => {
    await feed(LEFT, '1', 5 * MINUTE);
    expect(await clock()).toBeUndefined();
    expect(world.hints).toContain('sweep totals');
  });

  test('is held by a shard that has something unread, however long its consumer is away', async () => {
    world.put(RIGHT, [readingEvent('stuck', START)]);
    await world.sweep();
    world.now += MINUTE;
    world.put(LEFT, [readingEvent('1', START + 5 * MINUTE)]);
    await world.deliver(FIRST, 10);
    world.now += 10 * MINUTE;
    await world.sweep();
    expect((await clock())?.watermark).toBe(Number.NEGATIVE_INFINITY);
    await world.deliver(SECOND, 10);
    await world.sweep();
    // Both have been seen and are quiet now; the one that was stuck held time until its data was counted.
    expect((await world.context.log.last(SECOND))?.tail.counts.accepted).toBe(1);
  });

  test('leaves out a shard that is proved empty, and does not go back when it resumes', async () => {
    await world.sweep();
    await feed(LEFT, '1', 5 * MINUTE);
    await world.sweep();
    expect((await clock())?.watermark).toBe(START + 5 * MINUTE - 10_000);
    await feed(RIGHT, '2', 3 * MINUTE);
    await world.sweep();
    expect((await clock())?.watermark).toBe(START + 5 * MINUTE - 10_000);
    expect((await world.context.log.last(SECOND))?.tail.counts).toMatchObject({ accepted: 1, late: 0 });
  });

  test('reaches what all shards have reached when all of them are idle, and no further', async () => {
    await world.sweep();
    world.put(RIGHT, [readingEvent('1', START + 3 * MINUTE)]);
    world.put(LEFT, [readingEvent('2', START + 20 * MINUTE)]);
    await world.deliver(SECOND, 1);
    // The writer of the other shard dies after its head has risen, before it can move the clock.
    let heads = 0;
    world.faults.inject((operation) => {
      if (operation === 'UpdateItemCommand') heads++;
      return heads > 1 ? 'lost' : 'ok';
    });
    await expect(world.deliver(FIRST, 1)).rejects.toThrow(InjectedFault);
    world.faults.quiet();
    expect((await clock())?.watermark).toBe(Number.NEGATIVE_INFINITY);
    await world.deliver(FIRST, 1);
    world.now += 60 * MINUTE;
    await world.sweep();
    expect((await clock())?.watermark).toBe(START + 3 * MINUTE - 10_000);
  });

  test('is handed over from a split shard to its children only when they are registered', async () => {
    await world.sweep();
    await feed(LEFT, '1', 5 * MINUTE);
    await feed(RIGHT, '2', 5 * MINUTE);
    world.stream.split(FIRST);
    await feed(LEFT, '3', 7 * MINUTE);
    const before = (await clock())?.watermark;
    await world.sweep();
    const { heads } = await world.context.heads.read();
    expect(heads.map(({ shard, retired }) => [shard.at(-1), retired])).toEqual([
      ['0', false],
      ['1', false],
      ['2', false],
      ['3', false],
    ]);
    world.now += 6_000;
    await world.sweep();
    expect((await world.context.heads.read()).heads.map(({ retired }) => retired)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect((await clock())?.watermark).toBeGreaterThanOrEqual(before ?? 0);
  });
});

describe('events of other types', () => {
  const others = (point: number) =>
    world.put(point, [{ ...readingEvent('other', START + 9 * MINUTE), type: 'other' }]);

  test('hold no time back, although a shard brings nothing else, read a moment ago or unread', async () => {
    await world.sweep();
    others(RIGHT);
    await feed(LEFT, '1', 5 * MINUTE);
    world.now += 6_000;
    others(RIGHT);
    await world.deliver(SECOND, 10);
    others(RIGHT);
    await world.sweep();
    expect((await clock())?.watermark).toBe(START + 5 * MINUTE - 10_000);
  });

  test('are no end of silence', async () => {
    await world.sweep();
    await feed(LEFT, '1', 30_000);
    for (let second = 0; second < 50; second += 5) {
      world.now += 5_000;
      others(LEFT);
      others(RIGHT);
      for (const shard of world.stream.names()) await world.deliver(shard, 10);
    }
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, false, 1]]);
  });

  test('hide nothing: what lies behind them unread holds time back', async () => {
    await world.sweep();
    others(RIGHT);
    world.put(RIGHT, [readingEvent('stuck', START)]);
    await feedOnly(FIRST, LEFT, 5 * MINUTE);
    world.now += MINUTE;
    await world.sweep();
    expect((await clock())?.watermark).toBe(Number.NEGATIVE_INFINITY);
    await world.deliver(SECOND, 1);
    world.now += MINUTE;
    await world.sweep();
    expect((await clock())?.watermark).toBe(Number.NEGATIVE_INFINITY);
  });

  test('keep a closed shard from being retired until they are read', async () => {
    await world.sweep();
    await feed(LEFT, '1', 5 * MINUTE);
    others(LEFT);
    world.stream.split(FIRST);
    world.now += MINUTE;
    await world.sweep();
    const retired = async () =>
      (await world.context.heads.read()).heads.find(({ shard }) => shard === FIRST)?.retired;
    expect(await retired()).toBe(false);
    await world.deliver(FIRST, 10);
    await world.sweep();
    expect(await retired()).toBe(true);
  });
});

describe('silence', () => {
  test('fires the last windows when event time would have passed their end, and closes nothing', async () => {
    await world.sweep();
    await feed(LEFT, '1', 30_000);
    world.now += 30_000;
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([]);
    world.now += 15_000;
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, false, 1]]);
    world.now += 60 * MINUTE;
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, false, 1]]);
    // A producer that was away for an hour loses nothing: its events revise what silence had fired.
    await feed(LEFT, '2', 31_000);
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 0, false, 1],
      ['a', 0, 1, false, 2],
    ]);
  });

  test('is waited for within the time of one sweep', async () => {
    await world.sweep();
    await feed(LEFT, '1', 30_000);
    const before = world.now;
    await world.sweep(60_000);
    expect(world.now - before).toBeLessThan(60_000);
    expect(world.hints.at(-1)).toBe('fire totals');
  });

  test('as long as the stream keeps records closes what is open', async () => {
    await world.sweep();
    await feed(LEFT, '1', 30_000);
    world.now += 25 * 60 * MINUTE;
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, true, 1]]);
  });
});

describe('a firing', () => {
  test('that crashed after its cut is taken over with that cut, and what came later is a revision', async () => {
    await world.sweep();
    await feed(LEFT, '1', 0);
    await feed(LEFT, '2', 0, 'b');
    await feed(LEFT, '3', 2 * MINUTE);
    await world.sweep();
    world.faults.inject(() => (world.results.length === 1 ? 'lost' : 'ok'));
    await expect(world.fire()).rejects.toThrow(InjectedFault);
    world.faults.quiet();
    await feed(LEFT, '4', 1);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, false, 1]]);
    world.now += MINUTE;
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 0, false, 1],
      ['a', 0, 0, false, 1],
      ['b', 0, 0, false, 1],
      ['a', 0, 1, false, 2],
    ]);
  });

  test('at the end of lateness is final, has all keys, and happens once', async () => {
    await world.sweep();
    await feed(LEFT, '1', 0);
    await feed(LEFT, '2', 0, 'b');
    await feed(LEFT, '3', 2 * MINUTE, 'c');
    await world.sweep();
    await world.fire();
    await feed(LEFT, '4', 20 * MINUTE, 'c');
    await world.sweep();
    await world.fire();
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 0, false, 1],
      ['b', 0, 0, false, 1],
      ['a', 0, 1, true, 1],
      ['b', 0, 1, true, 1],
      ['c', 2, 0, true, 1],
    ]);
    expect((await clock())?.closedUpTo).toBe(START + 20 * MINUTE - 10_000);
    expect(world.fired).toEqual([
      { end: START + MINUTE, revision: 0, final: false },
      { end: START + MINUTE, revision: 1, final: true },
      { end: START + 3 * MINUTE, revision: 0, final: true },
    ]);
  });

  test('of a window that closes fences quiet shards, so that a writer with an old tail cannot add to it', async () => {
    await world.sweep();
    await feed(RIGHT, '1', 0);
    world.now += 6_000;
    await feed(LEFT, '2', 20 * MINUTE);
    await world.sweep();
    await world.fire();
    const tail = (await world.context.log.last(SECOND))?.tail;
    expect(tail).toMatchObject({ n: 2, lastBatch: 1, w: START + 20 * MINUTE - 10_000 });
    // The writer still holds commit 1 in memory, decided against an older watermark.
    await feed(RIGHT, '3', 1);
    expect(world.late.map((event) => JSON.parse(event).id)).toEqual(['3']);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 0, true, 1]]);
  });

  test('by two at once gives every result one content', async () => {
    await world.sweep();
    for (let at = 0; at < 10; at++) await feed(LEFT, `l${at}`, at * 20_000, `k${at % 3}`);
    await feed(LEFT, 'last', 30 * MINUTE);
    await world.sweep();
    await Promise.all([world.fire(), world.fire(), world.fire()]);
    await world.fire();
    const ids = world.results.map(({ key, start, revision }) => `${key} ${start} ${revision}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...world.latest().values()].reduce((sum, { values }) => sum + Number(values.events), 0)).toBe(10);
  });
});
