import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type Emission, early, final, onTime } from '../../shared/pipeline/index.ts';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { type Fate, InjectedFault } from '../support/faults.ts';
import { expectedTotals } from '../support/oracle.ts';
import { MINUTE, readingEvent, totals } from '../support/stage.ts';
import { World } from '../support/world.ts';

let dynamodb: TestDynamoDB;
beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());

const START = Date.UTC(2026, 0, 1);
const KEYS = ['a', 'b', 'c', 'd'];

/** Something that happens to the pipeline between two others. */
type Step =
  | {
      readonly kind: 'put';
      readonly key: number;
      readonly offsets: readonly number[];
      readonly again: number;
    }
  | { readonly kind: 'deliver'; readonly shard: number; readonly count: number }
  | { readonly kind: 'redeliver'; readonly shard: number; readonly back: number; readonly ahead: number }
  | { readonly kind: 'restart' | 'fire' | 'sweep' }
  | { readonly kind: 'split' | 'merge'; readonly shard: number }
  | { readonly kind: 'pause'; readonly ms: number };

const shard = fc.nat(3);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      key: fc.nat(KEYS.length - 1),
      // Up to eight minutes around the present of the producers: all within the allowed lateness.
      offsets: fc.array(fc.nat(8 * MINUTE), { minLength: 1, maxLength: 6 }),
      again: fc.nat(3),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      shard,
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('redeliver' as const),
      shard,
      back: fc.nat(4),
      ahead: fc.nat(2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('restart', 'fire', 'sweep') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('split', 'merge'), shard }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(90_000) }) },
);

/** Fates of calls in turn; when they are used up, all goes well. */
const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('ok') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('lost', 'ambiguous') },
  ),
  { maxLength: 300 },
);

test('any batches, repetitions, restarts, reshards and failed calls give the same results', {
  retry: 0,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      fates,
      fc.constantFrom<Emission>(onTime(), onTime(), final(), early('20 seconds')),
      async (shards, steps, schedule, emit) => {
        const world = await World.create(dynamodb, { ...totals, emit }, shards, START + 10 * MINUTE);
        const sent: StreamEvent[] = [];
        const queue = [...schedule];
        world.faults.inject(() => queue.shift() ?? 'ok');
        for (const one of steps) {
          world.now += 1_000;
          await attempt(() => run(world, one, sent));
        }
        await finish(world);
        const expected = expectedTotals(sent, MINUTE);
        const latest = world.latest();
        const got = [...latest].filter(([, { key }]) => key !== 'end').sort();
        expect(got.map(([name, { values, final }]) => [name, values, final])).toEqual(
          [...expected].sort().map(([name, { total, events }]) => [name, { total, events }, true]),
        );
        expect(world.late).toEqual([]);
        const revisions = world.results.map(({ revision }) => revision);
        expect(Math.min(...revisions)).toBeGreaterThanOrEqual(emit.kind === 'early' ? -2 : 0);
        if (emit.kind === 'final') expect(Math.max(0, ...revisions)).toBe(0);
      },
    ),
    {
      numRuns: Number(process.env.RUNS ?? 60),
      seed: process.env.SEED === undefined ? undefined : Number(process.env.SEED),
    },
  );
});

/** A failed call fails what was being done, and Lambda does it again later; anything else is a fault of the code. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof InjectedFault)) throw error;
  }
}

async function run(world: World, one: Step, sent: StreamEvent[]): Promise<void> {
  const name = 'shard' in one ? world.stream.names()[one.shard % world.stream.names().length]! : '';
  switch (one.kind) {
    case 'put': {
      const key = KEYS[one.key]!;
      const events = one.offsets.map((offset) =>
        readingEvent(`${key}-${sent.length}-${offset}`, START + offset, key, offset),
      );
      const repeated = sent.filter((event) => event.key === key).slice(-one.again);
      world.put(laneOf(key), [...events, ...(one.again > 0 ? repeated : [])]);
      sent.push(...events);
      return;
    }
    case 'deliver':
      await world.deliver(name, one.count);
      return;
    case 'redeliver':
      return world.redeliver(name, one.back, one.ahead);
    case 'split':
      return world.stream.split(name);
    case 'merge':
      return world.stream.merge(name);
    case 'pause':
      world.now += one.ms;
      return;
    case 'restart':
      return world.restart();
    case 'fire':
      return world.fire();
    case 'sweep':
      return world.sweep();
  }
}

const laneOf = (key: string): number => KEYS.indexOf(key) * 256 + 100;

/** Lets everything arrive, then moves every shard's time so far that all windows close. */
async function finish(world: World): Promise<void> {
  await world.settle();
  const later = START + 60 * MINUTE;
  world.now = Math.max(world.now, later);
  for (const key of KEYS) world.put(laneOf(key), [readingEvent(`end-${key}`, later, 'end')]);
  await world.settle();
  await world.settle();
}
