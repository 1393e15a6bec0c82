import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type Emission, final, onTime, session } from '../../shared/pipeline/index.ts';
import { carryPk } from '../../shared/state/keys.ts';
import { StageTable } from '../../shared/state/stage-table.ts';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { expectedSessions } from '../support/session-oracle.ts';
import { MINUTE, totals } from '../support/stage.ts';
import { fates, finish, START, settings, step, take } from '../support/steps.ts';
import { World } from '../support/world.ts';

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

const GAP = MINUTE;
const stage = { ...totals, window: session('1 minute') };

/** What stands in the end is final, and the sessions of the events by their definition. */
function expectSessions(world: World, events: readonly StreamEvent[]): void {
  const once = new Map(events.map((event) => [event.id, event]));
  const given = [...once.values()].map(({ key, time, data }) => ({
    key,
    time,
    amount: (data as { amount: number }).amount,
  }));
  const expected = expectedSessions(given, GAP).map(({ key, start, end, events: count, total }) => [
    ...[key, start, end],
    ...[total, count, true],
  ]);
  const standing = [...world.latest().values()]
    .filter(({ key, retracted }) => key !== 'end' && retracted !== true)
    .map(({ key, start, end, values, final: last }) => [
      ...[key, start, end],
      ...[values.total, values.events, last],
    ]);
  expect(standing.sort()).toEqual(expected.sort());
}

test('any batches, repetitions, restarts, reshards and failed calls end in the same sessions', {
  retry: 0,
  timeout: 180_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fates,
      fc.constantFrom<Emission>(onTime(), onTime(), final()),
      async (shards, steps, schedule, emit) => {
        const world = await World.create(dynamodb, { ...stage, emit }, shards, START + 10 * MINUTE);
        const sent: StreamEvent[] = [];
        const queue = [...schedule];
        world.faults.inject(() => queue.shift() ?? 'ok');
        for (const one of steps) await take(world, one, sent);
        await finish(world);
        expect(world.late).toEqual([]);
        expectSessions(world, sent);
        if (emit.kind === 'final') expect(world.results.every(({ retracted }) => !retracted)).toBe(true);
      },
    ),
    settings(8),
  );
});

test('sessions go on over any number of closings, without what came too late', {
  retry: 0,
  timeout: 180_000,
}, async () => {
  const seen = { carried: 0, late: 0, retracted: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { minLength: 30, maxLength: 50 }),
      fates,
      async (shards, steps, schedule) => {
        const world = await World.create(dynamodb, { ...stage, allowedLateness: 20_000 }, shards, START);
        const sent: StreamEvent[] = [];
        const queue = [...schedule];
        world.faults.inject(() => queue.shift() ?? 'ok');
        for (const one of steps) {
          world.now += 7_000;
          // An event that comes again when its slice is closed may show up among the late ones: it does not here.
          const step = one.kind === 'put' ? { ...one, key: 3 * (one.key % 2), again: 0 } : one;
          // Up to 160 s behind: later than 105 s is too late, where time has gone on.
          await take(world, step, sent, (offset) => world.now - Math.floor(offset / 3));
          if (one.kind !== 'put') continue;
          for (let shard = 0; shard < world.stream.names().length; shard++) {
            await take(world, { kind: 'deliver', shard, count: 10 }, sent);
          }
          await take(world, { kind: 'sweep' }, sent);
          await take(world, { kind: 'fire' }, sent);
        }
        await finish(world);
        const late = new Set(world.late.map((event) => JSON.parse(event).id as string));
        expectSessions(
          world,
          sent.filter(({ id }) => !late.has(id)),
        );
        seen.late += late.size;
        seen.retracted += world.results.filter(({ retracted }) => retracted).length;
        const { closedUpTo } = (await world.context.clock.read())!;
        expect(closedUpTo).toBeGreaterThan(START);
        const carry = new StageTable(dynamodb.client, world.table, stage.name);
        for await (const _ of carry.query(carryPk(stage.name))) seen.carried++;
      },
    ),
    settings(4),
  );
  expect(seen.carried).toBeGreaterThan(0);
  expect(seen.late).toBeGreaterThan(0);
  expect(seen.retracted).toBeGreaterThan(0);
});
