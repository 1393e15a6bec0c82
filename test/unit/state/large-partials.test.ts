import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StreamEvent } from '../../../shared/events/types.ts';
import { hopping, last, session, topK, type WindowStage } from '../../../shared/pipeline/index.ts';
import { MAX_CHUNK_BYTES } from '../../../shared/state/chunks.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { event, noise, notes, START, sets } from '../../support/notes.ts';
import { World } from '../../support/world.ts';

const SECOND = 1_000;
const SHARD = 'shardId-000000000000';
let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

const worldOf = async (stage: WindowStage): Promise<World> => {
  const world = await World.create(dynamodb, stage, 1, START);
  await world.sweep();
  return world;
};

async function feed(world: World, ...events: StreamEvent[]): Promise<void> {
  world.put(0, events);
  await world.deliver(SHARD, 1);
}

describe('an event that no commit can hold', () => {
  test.each([
    ['last', last('label')],
    ['topK', topK('label', 3)],
  ])('is set aside, and those before and after it are counted (%s)', async (_, aggregate) => {
    const world = await worldOf({ ...notes, values: { ...notes.values, text: aggregate } });
    const large = event('large', 50, noise(700_000));
    await feed(world, event('1', 1), event('2', 1), large, event('3', 3), event('4', 4), event('1', 1));
    const { tail } = (await world.context.log.last(SHARD))!;
    expect(tail.counts).toEqual({ accepted: 4, duplicate: 1, late: 0, rejected: 1 });
    const [aside, ...others] = [...world.rejected.values()];
    expect(others).toEqual([]);
    expect(aside).toMatchObject({ code: 'too-large', sub: 2 });
    expect(aside?.reason).toMatch(/^with it alone a commit takes \d+ bytes, over 380000$/);
    expect(JSON.parse(Buffer.from(aside!.bytes).toString())).toMatchObject({ id: 'large', data: large.data });

    await feed(world, event('large', 50, 'mended'), event('end', 70));
    await world.fire();
    expect(world.results).toMatchObject([{ start: START, values: { events: 5 } }]);
  });
});

describe('commits after one that was too large', () => {
  const texts = { ...notes, values: { ...notes.values, text: last('label') } };

  test('grow again', async () => {
    const world = await worldOf(texts);
    const large = [0, 1].map((n) => event(`large-${n}`, n * 60, noise(400_000)));
    const small = Array.from({ length: 2_000 }, (_, n) => event(`small-${n}`, 120, 'short', `key-${n % 10}`));
    await feed(world, ...large, ...small);
    const { tail } = (await world.context.log.last(SHARD))!;
    expect(tail.counts).toMatchObject({ accepted: 2_002, rejected: 0 });
    // Two, and then 2, 4, 8 and so on.
    expect(tail.n).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(2_000)));
  });

  test('count what comes behind a large event that somebody else has set aside meanwhile', async () => {
    const world = await worldOf(texts);
    world.put(0, [event('large', 55, noise(700_000)), event('small', 51), event('other', 52)]);
    const records = world.stream.read(SHARD, undefined, 1);
    const { log } = world.context;
    const append = log.append.bind(log);
    /** Another writer of the shard, which dies when it is done with the large event. */
    const other = async () => {
      let done = false;
      log.append = async (shard, commit) => {
        if (done) throw new Error('it dies');
        await append(shard, commit);
        done = true;
      };
      await expect(world.newWriter(SHARD).process(records)).rejects.toThrow('it dies');
      log.append = append;
    };
    let left = Math.ceil(Math.log2(25_000)) + 1;
    log.append = async (shard, commit) => {
      try {
        await append(shard, commit);
      } catch (error) {
        // Halved so often it holds a single event, and is too large by that alone.
        if (--left === 0) await other();
        throw error;
      }
    };
    await world.writer(SHARD).process(records);
    expect(left).toBe(0);
    const { tail } = (await log.last(SHARD))!;
    expect([...world.rejected.values()].map(({ sub, code }) => [sub, code])).toEqual([[0, 'too-large']]);
    expect(tail.counts).toEqual({ accepted: 2, duplicate: 0, late: 0, rejected: 1 });
  });
});

describe('a key whose partial no item can hold', () => {
  const LABELS = 900;
  /** So many labels, a third of them at a time, that are together larger than an item of the table. */
  const crowd = () => Array.from({ length: LABELS }, (_, n) => `${n} ${noise(1_000)}`);
  const third = (labels: readonly string[], at: number) =>
    labels.slice((at * LABELS) / 3, ((at + 1) * LABELS) / 3);

  test('is carried from session to session', async () => {
    const world = await worldOf({ ...sets, window: session('1 minute') });
    const labels = crowd();
    for (const at of [0, 1, 2])
      await feed(world, ...third(labels, at).map((label, n) => event(`${at}-${n}`, at * 20, label)));
    // Each a part of the session: what closes meanwhile is carried over.
    const more = Array.from({ length: 8 }, (_, n) => event(`more-${n}`, 80 + n * 40));
    for (const one of more) {
      await feed(world, one);
      await world.fire();
    }
    expect((await world.context.clock.read())?.closedUpTo).toBeGreaterThan(START + 60 * SECOND);
    const carried = await dynamodb.client.send(new ScanCommand({ TableName: world.table }));
    const sizes = (carried.Items ?? [])
      .filter(({ pk }) => pk?.S === 'carry#notes')
      .map(({ delta }) => delta?.B?.length ?? 0);
    expect(sizes.filter((size) => size === MAX_CHUNK_BYTES).length).toBeGreaterThan(0);

    world.restart();
    await feed(world, event('end', 80 + 7 * 40 + 200));
    await world.fire();
    expect(world.results.at(-1)).toMatchObject({
      ...{ start: START, end: START + (80 + 7 * 40 + 60) * SECOND },
      values: { events: LABELS + more.length, labels: LABELS + 1 },
    });
  });

  test('is read from the log by every window that it is in', async () => {
    const world = await worldOf({ ...sets, window: hopping('3 minutes', '1 minute') });
    const labels = crowd();
    for (const at of [0, 1, 2])
      await feed(world, ...third(labels, at).map((label, n) => event(`${at}-${n}`, at * 20, label)));
    for (const minute of [1, 2, 3, 4, 5]) {
      await feed(world, event(`minute-${minute}`, minute * 60 + 5));
      await world.fire();
    }
    const firsts = world.results.filter(({ revision }) => revision === 0);
    expect(firsts.map(({ end, values }) => [(end - START) / 60_000, values.events, values.labels])).toEqual([
      [1, LABELS, LABELS],
      [2, LABELS + 1, LABELS + 1],
      [3, LABELS + 2, LABELS + 1],
      [4, 3, 1],
      [5, 3, 1],
    ]);
  });
});
