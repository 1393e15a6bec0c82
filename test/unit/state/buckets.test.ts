import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { count, share, sum } from '../../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { InjectedFault } from '../../support/faults.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const KEYS = 300;
/** A firing holds 40 keys at once, so 300 need eleven buckets. */
const MAX_KEYS = 40;
const shares = {
  ...totals,
  values: { total: sum('amount'), events: count(), share: share('amount') },
};

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** A window with many keys in several commits of two shards, ready to fire. */
async function worldOf(maxKeys?: number, keys = KEYS): Promise<World> {
  const world = await World.create(dynamodb, shares, 2, START, { ...(maxKeys && { maxKeys }) });
  await world.sweep();
  for (let first = 0; first < keys; first += 50) {
    const lane = first % 100 === 0 ? 0 : 1000;
    const events = Array.from({ length: Math.min(50, keys - first) }, (_, i) =>
      readingEvent(`e${first + i}`, START + first, `key-${first + i}`, (first + i) * 7 + 1),
    );
    world.put(lane, events);
  }
  await feed(world, 'time', START + 2 * MINUTE);
  return world;
}

async function feed(world: World, id: string, time: number, key = 'time', amount = 1): Promise<void> {
  for (const lane of [0, 1000])
    world.put(lane, [readingEvent(`${id}-${lane}`, time, `${key}-${lane}`, amount)]);
  for (const shard of world.stream.names()) while (await world.deliver(shard, 3));
}

const emittedBy = (world: World) => [...world.emitted].sort();
const firing = (world: World) => world.context.ledger.read(START + MINUTE);

describe('a window with too many keys for one function', () => {
  test('is fired in buckets with the same bytes', async () => {
    const [whole, dealt] = [await worldOf(), await worldOf(MAX_KEYS)];
    for (const world of [whole, dealt]) await world.fire();
    expect((await firing(whole))?.buckets).toBeUndefined();
    expect(await firing(dealt)).toMatchObject({ state: 'done', keys: KEYS });
    expect((await firing(dealt))?.buckets).toBeGreaterThan(7);
    expect(dealt.emitted.size).toBe(KEYS);
    expect(emittedBy(dealt)).toEqual(emittedBy(whole));
    // Nothing is emitted twice if nobody dies.
    expect(dealt.results).toHaveLength(KEYS);
  });

  test('is revised and closed the same way', async () => {
    const [whole, dealt] = [await worldOf(), await worldOf(MAX_KEYS)];
    for (const world of [whole, dealt]) {
      await world.fire();
      await feed(world, 'late', START + 30_000, 'key-7', 5);
      await world.fire();
      await feed(world, 'end', START + 30 * MINUTE);
      await world.fire();
    }
    expect(emittedBy(dealt)).toEqual(emittedBy(whole));
    const finals = dealt.results.filter(({ final, start }) => final && start === START);
    expect(finals).toHaveLength(KEYS + 2);
    expect(finals.reduce((total, { values }) => total + Number(values.share), 0)).toBeCloseTo(1, 12);
  });

  test('is expected again in the next window, and not where keys have become fewer', async () => {
    const world = await worldOf(MAX_KEYS);
    await world.fire();
    for (let i = 0; i < 10; i++) {
      world.put(0, [readingEvent(`next-${i}`, START + MINUTE + i, `key-${i}`)]);
    }
    await feed(world, 'time3', START + 3 * MINUTE);
    await world.fire();
    const next = await world.context.ledger.read(START + 2 * MINUTE);
    expect(next).toMatchObject({ state: 'done', keys: 10 });
    expect(next?.buckets).toBeGreaterThan(7);
    world.put(0, [readingEvent('third', START + 2 * MINUTE + 1, 'key')]);
    await feed(world, 'time4', START + 4 * MINUTE);
    await world.fire();
    const third = await world.context.ledger.read(START + 3 * MINUTE);
    expect(third?.state).toBe('done');
    expect(third?.buckets).toBeUndefined();
  });
});

describe('buckets', () => {
  /** Lets the first function that fires die after so many results. */
  async function killAfter(world: World, results: number): Promise<void> {
    let left = results;
    world.faults.inject((operation) => (operation === '' && --left < 0 ? 'lost' : 'ok'));
    await expect(world.fire()).rejects.toThrow(InjectedFault);
    world.faults.quiet();
  }

  test('of a firing that died are taken over one by one, and those that are done are not repeated', async () => {
    const world = await worldOf(MAX_KEYS);
    await killAfter(world, 130);
    expect((await firing(world))?.state).toBe('claimed');
    const { buckets = 0 } = (await firing(world)) ?? {};
    const progress = await world.context.buckets.read({ end: START + MINUTE, revision: 0, buckets });
    const done = [...progress.values()].filter(({ state }) => state === 'done');
    expect(done.length).toBeGreaterThan(2);
    const before = world.results.length;
    // The lease of the bucket under way has to end.
    world.now += 3 * MINUTE;
    await world.fire();
    expect((await firing(world))?.state).toBe('done');
    const kept = done.reduce((total, { keys }) => total + keys, 0);
    expect(world.results.length - before).toBe(KEYS - kept);
    expect(emittedBy(world).filter(([id]) => id.includes('/0'))).toHaveLength(KEYS);
  });

  test('are shared with whoever is asked: none is fired twice, and the last one finishes', async () => {
    const world = await worldOf(MAX_KEYS);
    await killAfter(world, 1);
    expect(world.bucketHints.length).toBeGreaterThan(5);
    await Promise.all(world.bucketHints.map((hint) => world.join(hint)));
    expect((await firing(world))?.state).toBe('claimed');
    world.now += 3 * MINUTE;
    await world.join(world.bucketHints[0]!);
    expect((await firing(world))?.state).toBe('done');
    expect(world.emitted.size).toBe(KEYS);
    // The one result that the function emitted before it died.
    expect(world.results).toHaveLength(KEYS + 1);
    await world.join(world.bucketHints[1]!);
    expect(world.results).toHaveLength(KEYS + 1);
  });

  test('are left to others by a function that runs out of time', async () => {
    const world = await worldOf(MAX_KEYS);
    let calls = 0;
    world.remaining = () => (calls++ < 8 ? 60_000 : 1_000);
    await world.fire();
    expect((await firing(world))?.state).toBe('claimed');
    expect(world.results.length).toBeLessThan(KEYS);
    world.remaining = () => 60_000;
    world.now += MINUTE;
    await world.sweep();
    expect(world.hints).toContain('fire totals');
    await world.fire();
    expect((await firing(world))?.state).toBe('done');
    expect(world.results).toHaveLength(KEYS);
  });

  test('are dealt again where one turns out too large', async () => {
    const world = await worldOf(MAX_KEYS);
    const { context } = world;
    const now = START + 3 * MINUTE;
    const claim = { revision: 0, final: false, lease: now - 1, expiresAt: 2_000_000_000, buckets: 2 };
    expect(await context.ledger.claim(START + MINUTE, undefined, claim)).toMatchObject({ buckets: 2 });
    world.now = now;
    await world.fire();
    const fired = await firing(world);
    expect(fired).toMatchObject({ state: 'done', keys: KEYS });
    expect(fired?.buckets).toBeGreaterThan(7);
    expect(world.emitted.size).toBe(KEYS);
  });
});
