import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emission, early, final, hopping } from '../../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { InjectedFault } from '../../support/faults.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** A stage of one shard, its bound ten seconds, that emits as said. */
async function emitting(emit: Emission, change: Partial<typeof totals> = {}) {
  const world = await World.create(dynamodb, { ...totals, emit, ...change }, 1, START);
  await world.sweep();
  const [shard] = world.stream.names();
  /** Puts an event and delivers it; what is due then fires. */
  const feed = async (id: string, offset: number, key = 'a') => {
    world.now = Math.max(world.now, START + offset);
    world.put(0, [readingEvent(id, START + offset, key)]);
    await world.deliver(shard!, 10);
  };
  const fired = () =>
    world.results
      .splice(0)
      .map(({ key, start, revision, final: last, values }) => [
        key,
        (start - START) / MINUTE,
        last ? 'final' : revision,
        values.events,
      ]);
  return { world, feed, fired };
}

describe('early emission', () => {
  test('emits all keys at the first tick, then what changed, all of them on time, and what changed again', async () => {
    const { world, feed, fired } = await emitting(early('10 seconds'));
    await feed('1', 5 * SECOND);
    await feed('2', 9 * SECOND, 'b');
    await world.fire();
    expect(fired()).toEqual([]);
    // Time is 10 s behind the latest event: 25 s is the tick at 10 s, which the event belongs to as well.
    await feed('3', 25 * SECOND);
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, -5, 2],
      ['b', 0, -5, 1],
    ]);
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('4', 45 * SECOND, 'b');
    await world.fire();
    // The tick at 20 s was skipped.
    expect(fired()).toEqual([['b', 0, -3, 2]]);
    await feed('5', 75 * SECOND, 'c');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 0, 2],
      ['b', 0, 0, 2],
    ]);
    await feed('6', 30 * SECOND, 'b');
    await world.fire();
    expect(fired()).toEqual([['b', 0, 1, 3]]);
    await feed('7', 12 * MINUTE);
    await world.fire();
    expect(fired()).toEqual([
      ['c', 1, 0, 1],
      ['a', 0, 'final', 2],
      ['b', 0, 'final', 3],
    ]);
  });

  test('skips a tick before which nothing was committed', async () => {
    const { world, feed, fired } = await emitting(early('20 seconds'));
    await feed('1', 35 * SECOND);
    await world.fire();
    expect(fired()).toEqual([['a', 0, -2, 1]]);
    // Time passes the second tick by a commit to another window alone.
    await feed('2', 60 * SECOND, 'b');
    await world.fire();
    expect(fired()).toEqual([]);
  });

  test('is hinted at when a tick is passed, and waited for in silence', async () => {
    const { world, feed, fired } = await emitting(early('10 seconds'));
    await feed('1', 15 * SECOND);
    world.hints.length = 0;
    await feed('2', 19 * SECOND);
    expect(world.hints).toEqual([]);
    await feed('3', 21 * SECOND);
    expect(world.hints).toEqual(['fire totals']);
    await world.fire();
    expect(fired()).toEqual([['a', 0, -5, 3]]);
    await feed('4', 29 * SECOND);
    world.now += 6 * SECOND;
    const before = world.now;
    world.hints.length = 0;
    await world.sweep(20 * SECOND);
    expect(world.hints[0]).toBe('fire totals');
    expect(world.now - before).toBeLessThanOrEqual(15 * SECOND);
    // The sweep hinted at two more ticks, and nobody fired.
    await world.fire();
    expect(fired()).toEqual([['a', 0, -2, 4]]);
  });

  test('that crashed is taken over with its revision and its cut, though the end has passed meanwhile', async () => {
    const { world, feed, fired } = await emitting(early('30 seconds'));
    await feed('1', 5 * SECOND);
    await feed('2', 6 * SECOND, 'b');
    await feed('3', 45 * SECOND);
    world.faults.inject(() => (world.results.length === 1 ? 'lost' : 'ok'));
    await expect(world.fire()).rejects.toThrow(InjectedFault);
    world.faults.quiet();
    await feed('4', 90 * SECOND);
    await feed('5', 50 * SECOND, 'b');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, -1, 2],
      ['a', 0, -1, 2],
      ['b', 0, -1, 1],
      ['a', 0, 0, 2],
      ['b', 0, 0, 2],
    ]);
  });

  test('of overlapping windows gives each its own ticks', async () => {
    const { world, feed, fired } = await emitting(early('40 seconds'), {
      window: hopping('2 minutes', '1 minute'),
    });
    await feed('1', 30 * SECOND);
    await feed('2', 55 * SECOND);
    await world.fire();
    expect(fired()).toEqual([
      ['a', -1, -1, 2],
      ['a', 0, -2, 2],
    ]);
  });
});

describe('final emission', () => {
  test('emits each window once, when it closes', async () => {
    const { world, feed, fired } = await emitting(final());
    await feed('1', 5 * SECOND);
    await feed('2', 90 * SECOND, 'b');
    await world.fire();
    await feed('3', 8 * SECOND);
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('4', 11 * MINUTE + 10 * SECOND, 'c');
    expect(world.hints.at(-1)).toBe('fire totals');
    await world.fire();
    expect(world.results.map(({ revision }) => revision)).toEqual([0]);
    expect(fired()).toEqual([['a', 0, 'final', 2]]);
    await world.fire();
    expect(fired()).toEqual([]);
  });

  test('is not brought about by silence, unless nothing unread can be left', async () => {
    const { world, feed, fired } = await emitting(final());
    await feed('1', 5 * SECOND);
    world.now += 60 * MINUTE;
    await world.sweep(60_000);
    await world.fire();
    expect(fired()).toEqual([]);
    world.now += 24 * 60 * MINUTE;
    await world.sweep();
    await world.fire();
    expect(fired()).toEqual([['a', 0, 'final', 1]]);
  });
});
