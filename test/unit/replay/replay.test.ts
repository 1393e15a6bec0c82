import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventVisitor } from '../../../shared/events/types.ts';
import { ShardCursor } from '../../../shared/replay/cursor.ts';
import { AwaitsReplay, ReplayGate } from '../../../shared/replay/gate.ts';
import type { LandedRecord } from '../../../shared/replay/landed-rows.ts';
import { type ReplayProgress, replayStage } from '../../../shared/replay/replay.ts';
import type { FireOutputs } from '../../../shared/state/fire-outputs.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';
import { Random } from '../../support/random.ts';
import { MINUTE, readingEvent, totals } from '../../support/stage.ts';
import { World } from '../../support/world.ts';

const START = Date.UTC(2026, 0, 1);
const SHARDS = 2;
const POINTS = [100, 900] as const;

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

/** Forty minutes of readings, out of order, repeated, and some of them much too late; one shard pauses for half of it. */
function fill(world: World): void {
  const random = new Random(5);
  for (let second = 0; second < 2_400; second += 60) {
    world.now = START + second * 1_000;
    for (const [shard, point] of POINTS.entries()) {
      if (shard === 1 && second > 900 && second < 2_000) continue;
      const back = random.chance(0.02) ? 30 * MINUTE : random.below(9_000);
      const key = `k${shard}`;
      const events = [readingEvent(`${shard}-${second}`, world.now - back, key, random.below(100))];
      if (random.chance(0.2)) events.push(readingEvent(`${shard}-${second}`, world.now - back, key, 1));
      world.put(point, events);
    }
  }
}

/** What has landed of a shard. */
async function* landed(world: World, shard: string): AsyncGenerator<LandedRecord> {
  for (const { sequence, arrival, data } of world.stream.read(shard, undefined, Number.MAX_SAFE_INTEGER)) {
    const events: LandedRecord['events'][number][] = [];
    const visitor: EventVisitor = {
      event: (_, type, source, id, time, key, value) =>
        void events.push({ type, source, id, time, key, data: value }),
      undecodable: () => {},
    };
    decodeRecord(Buffer.from(data, 'base64'), visitor, {});
    yield { sequence, arrival, events };
  }
}

async function replay(world: World, signal?: AbortSignal): Promise<ReplayProgress> {
  const writer = {
    setAside: async () => {},
    emitLate: async (events: readonly string[]) => void world.late.push(...events),
    listShards: world.stream.list,
  };
  const fire: FireOutputs = {
    emit: async (results) => world.receive(results),
    listShards: world.stream.list,
    sleep: async (ms) => {
      world.now += ms;
    },
    remaining: () => Number.POSITIVE_INFINITY,
  };
  const cursors = await Promise.all(
    world.stream.names().map((shard) => ShardCursor.open(shard, landed(world, shard))),
  );
  return replayStage(
    {
      context: world.context,
      gate: gateOf(world),
      lanes: 16,
      outputs: writer,
      fire,
      pace: async () => {},
      onProgress: () => {},
      signal,
    },
    cursors,
  );
}

const awaiting = { ...totals, awaitsReplay: true };
const gateOf = (world: World) => new ReplayGate(awaiting, world.context.items);
const finals = (world: World) =>
  [...world.latest().values()]
    .filter(({ final }) => final)
    .map(({ key, start, values }) => [key, start, values] as const)
    .sort();

test('a stage that is replayed has what it would have had live, and goes on from there', async () => {
  const live = await World.create(dynamodb, totals, SHARDS, START);
  await live.sweep();
  fill(live);
  // Delivered as time goes on: a few records of each shard at a time.
  for (let more = true; more; ) {
    more = false;
    for (const shard of live.stream.names()) more = (await live.deliver(shard, 5)) || more;
    await live.sweep();
    await live.fire();
  }
  const replayed = await World.create(dynamodb, awaiting, SHARDS, START);
  fill(replayed);
  await expect(gateOf(replayed).pass()).rejects.toThrow(AwaitsReplay);

  // Broken off after its first step, and run again.
  const broken = await replay(replayed, AbortSignal.abort());
  expect(broken.events).toBeLessThan(20);
  await replay(replayed);
  const gate = gateOf(replayed);
  await gate.open(replayed.now);
  await gateOf(replayed).pass();
  await expect(replay(replayed)).rejects.toThrow(/is live/);

  // What the stream still has is known, and what comes then counts.
  for (const world of [live, replayed]) {
    const later = START + 3 * 60 * MINUTE;
    world.now = later;
    for (const [shard, point] of POINTS.entries()) {
      world.put(point, [readingEvent(`later-${shard}`, later, `k${shard}`, 7)]);
    }
    await world.settle();
  }
  expect(finals(replayed).length).toBeGreaterThan(25);
  expect(finals(replayed)).toEqual(finals(live));
  const heads = (await replayed.context.heads.read()).heads;
  const liveHeads = (await live.context.heads.read()).heads;
  expect(heads.map(({ counts, position }) => [counts.accepted, position])).toEqual(
    liveHeads.map(({ counts, position }) => [counts.accepted, position]),
  );
}, 120_000);
