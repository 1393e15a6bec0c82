import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { compress } from '../../../shared/state/compress.ts';
import { mergeWindows } from '../../../shared/state/merge.ts';
import type { Segment } from '../../../shared/state/segments.ts';
import { readShards } from '../../../shared/state/stage-view.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const SHARD = 'shardId-000000000000';
const NEVER = Number.NEGATIVE_INFINITY;

let dynamodb: TestDynamoDB;
let world: World;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** Ten commits with an event of amount 1 in one slice, and then one that takes the log's watermark to three minutes. */
beforeEach(async () => {
  world = await World.create(dynamodb, { ...totals, allowedLateness: 0 }, 1, START);
  await world.sweep();
  for (let n = 1; n <= 10; n++) await commit(`${n}`, START + n);
  await commit('later', START + 3 * MINUTE + 10_000, 'later');
});

async function commit(id: string, time: number, key = 'a'): Promise<void> {
  world.put(0, [readingEvent(id, time, key)]);
  await world.deliver(SHARD, 1);
}

/** A segment that says something else than the log, so that it shows whether it was used. */
async function store(from: number, upTo: number, w: number, total: number): Promise<void> {
  const delta = world.context.compiled.plan.createDelta();
  delta.add(START, 'a', { amount: total }, START);
  const segment: Segment = { slice: START, from, upTo, w, chunks: [compress(delta.encode())] };
  await world.context.segments.write(SHARD, [segment], 2_000_000_000);
}

/** The total of the window at one cut, or at a revision's cut and at that of the revision before. */
async function totalsAt(cut: number, before?: number): Promise<unknown[]> {
  const revised = before !== undefined;
  const shards = await readShards(world.context, (await world.context.heads.read()).heads);
  const end = START + MINUTE;
  const firing = {
    end,
    state: 'claimed' as const,
    // Revisions are what makes a tumbling stage look for compacted slices.
    revision: revised ? 3 : 2,
    final: !revised,
    lease: 0,
    cut: new Map([[SHARD, cut]]),
    previousCut: new Map([[SHARD, before ?? 0]]),
  };
  const options = { maxKeys: Number.POSITIVE_INFINITY };
  const [merged] = await mergeWindows(
    world.context,
    [{ window: { start: START, end }, firing }],
    shards,
    options,
  );
  return [merged?.current, ...(revised ? [merged?.previous] : [])].map(
    (merge) => merge?.valuesOf('a', START)?.total,
  );
}

test('a segment stands for its commits', async () => {
  await store(0, 4, NEVER, 400);
  expect(await totalsAt(11)).toEqual([406]);
  expect(await totalsAt(4)).toEqual([400]);
});

test('segments that follow each other are used one after the other, and the longer one first', async () => {
  await store(0, 4, NEVER, 400);
  await store(4, 6, NEVER, 60);
  await store(4, 7, NEVER, 70);
  expect(await totalsAt(11)).toEqual([473]);
});

test('a segment that ends beyond the cut is not used', async () => {
  await store(0, 4, NEVER, 400);
  expect(await totalsAt(3)).toEqual([3]);
});

test('nor is one that ends beyond the cut of the revision before', async () => {
  await store(0, 4, NEVER, 400);
  expect(await totalsAt(11, 3)).toEqual([10, 3]);
  expect(await totalsAt(11, 5)).toEqual([406, 401]);
});

test('a segment with a commit that came when the window had closed is not used', async () => {
  await store(0, 4, START + MINUTE, 400);
  expect(await totalsAt(11)).toEqual([10]);
});

test('a segment with a gap before it is not used', async () => {
  await store(1, 4, NEVER, 400);
  expect(await totalsAt(11)).toEqual([10]);
  await store(0, 4, NEVER, 400);
  await store(5, 8, NEVER, 400);
  expect(await totalsAt(11)).toEqual([406]);
});

test('two makings of one segment are not mixed', async () => {
  const chunk = (key: string, amount: number) => {
    const delta = world.context.compiled.plan.createDelta();
    delta.add(START, key, { amount }, START);
    return compress(delta.encode());
  };
  const segment = { slice: START, from: 0, upTo: 4, w: NEVER };
  // One writer died after its first item; the other cuts the keys elsewhere.
  await world.context.segments.write(SHARD, [{ ...segment, chunks: [chunk('a', 400)] }], 2_000_000_000);
  await world.context.segments.write(
    SHARD,
    [{ ...segment, chunks: [chunk('b', 1), chunk('a', 400)] }],
    2_000_000_000,
  );
  expect(await totalsAt(11)).toEqual([10]);
});

test('a stage that is not revised and has no overlaps does not even look', async () => {
  await store(0, 4, NEVER, 400);
  await world.fire();
  expect(world.results.find(({ key }) => key === 'a')?.values).toEqual({ total: 10, events: 10 });
});
