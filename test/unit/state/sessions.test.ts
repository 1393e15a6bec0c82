import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { final, session } from '../../../shared/pipeline/index.ts';
import { boundaryOf } from '../../../shared/state/carry.ts';
import { carryPk } from '../../../shared/state/keys.ts';
import { StageTable } from '../../../shared/state/stage-table.ts';
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

/** Sessions with a gap of a minute, in units of 15 s; the bound is 10 s, the lateness 2 minutes. */
const visits = { ...totals, name: 'visits', window: session('1 minute'), allowedLateness: 2 * MINUTE };

async function visiting(change: Partial<typeof totals> = {}, shards = 1) {
  const world = await World.create(dynamodb, { ...visits, ...change }, shards, START);
  await world.sweep();
  /** Puts an event, seconds after the start, and delivers it. */
  const feed = async (id: string, seconds: number, key = 'a', point = 0) => {
    world.now = Math.max(world.now + 1, START + seconds * SECOND);
    world.put(point, [readingEvent(id, START + seconds * SECOND, key)]);
    for (const shard of world.stream.names()) await world.deliver(shard, 10);
  };
  /** What was emitted since: key, start and end in seconds, revision, number of events. */
  const fired = () =>
    world.results
      .splice(0)
      .filter(({ key }) => key !== 'end')
      .map(({ key, start, end, revision, final: last, values, retracted, retracts }) => [
        key,
        (start - START) / SECOND,
        (end - START) / SECOND,
        last ? `${revision} final` : revision,
        retracted ? 'retracted' : values.events,
        ...(retracts ?? []),
      ]);
  return { world, feed, fired };
}

const idOf = (start: number, end: number, key = 'a') =>
  `visits/${key}/${START + start * SECOND}/${START + end * SECOND}`;

describe('a session', () => {
  test('is emitted when time has passed its end, once, with the times of its events', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 3);
    await feed('2', 40);
    await feed('3', 100);
    await feed('4', 110, 'b');
    // The end of the first is at 160, that of its unit at 165, and the bound is 10 s.
    await feed('5', 170, 'c');
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('6', 175, 'c');
    expect(world.hints.at(-1)).toBe('fire visits');
    await world.fire();
    expect(fired()).toEqual([['a', 3, 160, 0, 3]]);
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('7', 300, 'end');
    await world.fire();
    expect(fired()).toEqual([
      ['b', 110, 170, 0, 1],
      ['c', 170, 235, 0, 2],
    ]);
  });

  test('takes an event exactly at its end, and none after it', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    await feed('2', 60);
    await feed('3', 121);
    await feed('4', 260, 'end');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 120, 0, 2],
      ['a', 121, 181, 0, 1],
    ]);
  });

  test('is gathered over shards of a key whose shard was split', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    world.stream.split(world.stream.names()[0]!);
    await world.sweep();
    await feed('2', 50);
    world.restart();
    await feed('3', 100);
    await world.settle();
    expect(fired()).toEqual([['a', 0, 160, 0, 3]]);
  });
});

describe('a late event', () => {
  test('that joins two emitted sessions retracts both, and what replaces them names them', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    await feed('2', 100);
    await feed('3', 180, 'b');
    await world.fire();
    await feed('end', 190, 'end');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 60, 0, 1],
      ['a', 100, 160, 0, 1],
    ]);
    await feed('4', 50);
    expect(world.hints.at(-1)).toBe('fire visits');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 60, 1, 'retracted'],
      ['a', 0, 160, 1, 3, idOf(0, 60), idOf(100, 160)],
      ['a', 100, 160, 1, 'retracted'],
    ]);
  });

  test('within a session changes its values alone, and other keys are left in peace', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    await feed('2', 1, 'b');
    await feed('3', 40);
    await feed('4', 150, 'end');
    await world.fire();
    expect(fired()).toHaveLength(2);
    await feed('5', 20);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 100, 1, 3]]);
  });

  test('before a session begins it earlier', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 60);
    await feed('2', 150, 'end');
    await world.fire();
    expect(fired()).toEqual([['a', 60, 120, 0, 1]]);
    await feed('3', 10);
    await world.fire();
    expect(fired()).toEqual([
      ['a', 10, 120, 1, 2, idOf(60, 120)],
      ['a', 60, 120, 1, 'retracted'],
    ]);
  });

  test('that lengthens a session retracts it; the longer one is emitted when its own time has come', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    await feed('2', 90, 'end');
    await world.fire();
    expect(fired()).toEqual([['a', 0, 60, 0, 1]]);
    await feed('3', 55);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 60, 1, 'retracted']]);
    await feed('4', 150, 'end');
    await world.fire();
    expect(fired()).toEqual([['a', 0, 115, 0, 2]]);
  });

  test('is too late when the session that it would begin is closed', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    // Slice [0, 15) ends at 75 with the gap, and takes events up to 195.
    await feed('2', 204, 'end');
    await feed('in time', 14);
    expect(world.late).toEqual([]);
    await feed('3', 206, 'end');
    await feed('too late', 13);
    expect(world.late.map((event) => JSON.parse(event).id)).toEqual(['too late']);
    await feed('next slice', 16);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 76, 0, 3]]);
  });
});

describe('the final revision', () => {
  test('comes when nothing can lengthen the session, with all of a unit', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    await feed('2', 1, 'b');
    await feed('3', 100, 'end');
    await world.fire();
    expect(fired()).toHaveLength(2);
    // The unit ends at 75; what follows within the gap may come as late as 255.
    await feed('4', 264, 'end');
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('5', 265, 'end');
    expect(world.hints.at(-1)).toBe('fire visits');
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 60, '1 final', 1],
      ['b', 1, 61, '1 final', 1],
    ]);
  });

  test('is the only one of a stage that emits finally', async () => {
    const { world, feed, fired } = await visiting({ emit: final() });
    await feed('1', 0);
    await feed('2', 100);
    await feed('3', 190, 'end');
    await world.fire();
    await feed('4', 50);
    await world.fire();
    expect(fired()).toEqual([]);
    await feed('5', 600, 'end');
    await world.fire();
    expect(fired()).toEqual([['a', 0, 160, '0 final', 3]]);
  });

  test('retracts what an event between the last revision and the fence has joined', async () => {
    const { world, feed, fired } = await visiting({}, 2);
    await feed('1', 0);
    await feed('2', 100);
    await feed('3', 190, 'end');
    await feed('4', 190, 'end', 1000);
    await world.fire();
    expect(fired()).toHaveLength(2);
    await feed('5', 50);
    await feed('6', 700, 'end');
    await feed('7', 700, 'end', 1000);
    await world.fire();
    expect(fired()).toEqual([
      ['a', 0, 60, '1 final', 'retracted'],
      ['a', 0, 160, '1 final', 3, idOf(0, 60), idOf(100, 160)],
      ['a', 100, 160, '1 final', 'retracted'],
    ]);
  });
});

describe('silence', () => {
  test('fires sessions, and what goes on after it retracts them', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    const before = world.now;
    await world.sweep(2 * MINUTE);
    expect(world.hints.at(-1)).toBe('fire visits');
    // 75 s until the end of the unit and the bound; the rest is for the sweeper to be sure.
    expect(world.now - before).toBeGreaterThanOrEqual(85 * SECOND);
    await world.fire();
    expect(fired()).toEqual([['a', 0, 60, 0, 1]]);
    world.now += 60 * MINUTE;
    await world.sweep();
    await feed('2', 30);
    await world.fire();
    expect(fired().sort()).toEqual([
      ['a', 0, 60, 1, 'retracted'],
      ['a', 0, 90, 0, 2],
    ]);
  });
});

describe('a session longer than any lateness', () => {
  const carries = async (world: World) => {
    const keys: string[] = [];
    for await (const item of new StageTable(dynamodb.client, world.table, 'visits').query(
      carryPk('visits'),
    )) {
      keys.push(item.sk!.S!);
    }
    return keys;
  };

  test('goes on over what is closed, which is read no more', async () => {
    const { world, feed, fired } = await visiting();
    for (let at = 0; at <= 26; at++) {
      await feed(`a${at}`, at * 50);
      await feed(`b${at}`, at * 50 + 1, `b${at % 7}`);
      if (at % 5 === 0) world.restart();
      if (at % 9 === 0) await world.sweep();
      await world.fire();
    }
    const others = fired();
    expect(others.filter(([key]) => key === 'a')).toEqual([]);
    const { closedUpTo } = (await world.context.clock.read())!;
    const boundary = boundaryOf(world.context.compiled, visits.window, closedUpTo);
    expect(boundary).toBeGreaterThan(START + 13 * MINUTE);
    // The list of open slices is as short as the lateness, not as long as the session.
    const tail = (await world.context.log.last(world.stream.names()[0]!))!.tail;
    expect(tail.open.size).toBeLessThan(20);
    expect((await carries(world)).length).toBeGreaterThan(5);
    // A late event of the first slices that are open still counts in it.
    await feed('late', 50 * 26 - 60);
    await feed('end', 3_000, 'end');
    await world.fire();
    expect(fired().filter(([key]) => key === 'a')).toEqual([['a', 0, 1360, '0 final', 28]]);
  });

  test('is not carried on where its gap has passed', async () => {
    const { world, feed, fired } = await visiting();
    await feed('1', 0);
    for (let at = 100; at < 1_000; at += 100) {
      await feed(`e${at}`, at, 'end');
      await world.fire();
    }
    expect(fired()).toEqual([
      ['a', 0, 60, 0, 1],
      ['a', 0, 60, '1 final', 1],
    ]);
    await feed('2', 1_000);
    await feed('end', 3_000, 'end');
    await world.fire();
    expect(fired()).toEqual([['a', 1_000, 1_060, '0 final', 1]]);
  });

  test('is carried once though the one who closes dies at any call and another goes on', async () => {
    for (let fatal = 0; ; fatal += 13) {
      const { world, feed, fired } = await visiting();
      for (let at = 0; at <= 7; at++) await feed(`${at}`, at * 50);
      await world.fire();
      await feed('late', 215);
      await feed('end', 420, 'end');
      let call = 0;
      world.faults.inject(() => (call++ === fatal ? 'ambiguous' : 'ok'));
      let died = false;
      try {
        await world.fire();
      } catch (error) {
        if (!(error instanceof InjectedFault)) throw error;
        died = true;
      }
      world.faults.quiet();
      world.now += MINUTE;
      await feed('13', 400);
      await feed('14', 450);
      await world.fire();
      await feed('last', 2_000, 'end');
      await world.fire();
      await world.fire();
      const standing = [...world.latest().values()].filter(({ key, retracted }) => key === 'a' && !retracted);
      expect(
        standing.map(({ start, end, values, final: last }) => [start, end, values.events, last]),
      ).toEqual([[START, START + 510 * SECOND, 11, true]]);
      fired();
      if (!died) {
        expect(fatal).toBeGreaterThan(10);
        return;
      }
    }
  });
});
