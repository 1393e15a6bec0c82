import fc from 'fast-check';
import type { StreamEvent } from '../../shared/events/types.ts';
import { type Fate, InjectedFault } from './faults.ts';
import { MINUTE, readingEvent } from './stage.ts';
import type { World } from './world.ts';

/** What schedules are made of: events of a few keys around one time, and everything that may happen to those who process them. */
export const START = Date.UTC(2026, 0, 1);
const KEYS = ['a', 'b', 'c', 'd'];

/** Something that happens to the pipeline between two others. */
export type Step =
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
  | { readonly kind: 'pause'; readonly ms: number }
  | { readonly kind: 'join'; readonly hint: number };

const shard = fc.nat(3);
export const step: fc.Arbitrary<Step> = fc.oneof(
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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), ms: fc.nat(150_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('join' as const), hint: fc.nat(20) }) },
);

/** Fates of calls in turn; when they are used up, all goes well. */
export const fates = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.constant<Fate>('ok') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('lost', 'ambiguous') },
  ),
  { maxLength: 300 },
);

/** The settings of a run, for a longer one or to repeat one that failed: `RUNS`, `SEED`. */
export const settings = (runs: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env.RUNS ?? runs),
  seed: process.env.SEED === undefined ? undefined : Number(process.env.SEED),
});

/** Does a step; a call that fails fails what was being done, and Lambda does it again later. Anything else is a fault of the code. */
export async function take(
  world: World,
  one: Step,
  sent: StreamEvent[],
  timeOf = (offset: number): number => START + offset,
): Promise<void> {
  world.now += 1_000;
  try {
    await run(world, one, sent, timeOf);
  } catch (error) {
    if (!(error instanceof InjectedFault)) throw error;
  }
}

async function run(
  world: World,
  one: Step,
  sent: StreamEvent[],
  timeOf: (offset: number) => number,
): Promise<void> {
  const name = 'shard' in one ? world.stream.names()[one.shard % world.stream.names().length]! : '';
  switch (one.kind) {
    case 'put': {
      const key = KEYS[one.key]!;
      const events = one.offsets.map((offset) =>
        readingEvent(`${key}-${sent.length}-${offset}`, timeOf(offset), key, offset),
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
    case 'join': {
      // However old a hint is, following it does no harm.
      const hint = world.bucketHints[one.hint % Math.max(1, world.bucketHints.length)];
      return hint && world.join(hint);
    }
  }
}

const laneOf = (key: string): number => KEYS.indexOf(key) * 256 + 100;

/** Lets everything arrive, then moves every shard's time so far that all windows close. */
export async function finish(world: World): Promise<void> {
  await world.settle();
  const later = Math.max(world.now, START) + 60 * MINUTE;
  world.now = later;
  for (const key of KEYS) world.put(laneOf(key), [readingEvent(`end-${key}`, later, 'end')]);
  await world.settle();
  await world.settle();
}
