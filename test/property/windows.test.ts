import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tumbling } from '../../shared/pipeline/index.ts';
import { compilePlan } from '../../shared/windows/plan.ts';
import type { DeltaReader, Window, WindowMerge } from '../../shared/windows/types.ts';
import { everyAggregate, resultsOf, type SampleData, sampleStage } from '../factories/window-stages.ts';
import { type OracleEvent, oracleResults } from './window-oracle.ts';

const stage = sampleStage(everyAggregate, tumbling('1 minute', { offset: '7 seconds' }));
const plan = compilePlan(stage);

const key = fc.constantFrom('a', 'b', '', '__proto__', 'constructor', '"\\\n', 'ключ', '\ud800', '1');
const whole = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -0),
);
const real = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: -1000, max: 1000 }).map((value) => value / 100) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e16, -1e16, 1e-300, -0),
);
const missing = fc.constantFrom(null, undefined);
const data: fc.Arbitrary<SampleData> = fc
  .record({
    whole,
    other: whole,
    gap: fc.oneof(whole, missing),
    real,
    hole: fc.oneof(real, missing),
    'a"]; throw new Error("run"); //': whole,
    constructor: fc.oneof(real, missing),
    'ünï\u2028\n': whole,
    '': whole,
  })
  .map((record) => JSON.parse(JSON.stringify(record)));
const event = fc.record({
  key,
  data,
  time: fc.oneof(fc.integer({ min: -130_000, max: 130_000 }), fc.constantFrom(-53_000, 7_000, 6_999, 67_000)),
  /** Where the event arrives: a shard, and a batch of it. */
  shard: fc.nat(2),
  batch: fc.nat(3),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** The windows by their definition, without the assigner. */
function windowOf(time: number): Window {
  let start = 7_000 - 60_000 * 10;
  while (start + 60_000 <= time) start += 60_000;
  return { start, end: start + 60_000 };
}

function byWindow(events: readonly Event[]): Map<number, OracleEvent[]> {
  const windows = new Map<number, OracleEvent[]>();
  for (const one of events) {
    const { start } = windowOf(one.time);
    windows.set(start, [...(windows.get(start) ?? []), one]);
  }
  return windows;
}

function encodeBatches(events: readonly Event[]): { shard: number; delta: DeltaReader }[] {
  const batches = new Map<string, Event[]>();
  for (const one of events) {
    const name = `${one.shard}/${one.batch}`;
    batches.set(name, [...(batches.get(name) ?? []), one]);
  }
  return [...batches.values()].map((batch) => {
    const delta = plan.createDelta();
    for (const one of batch) delta.add(plan.windows.sliceOf(one.time), one.key, one.data, one.time);
    return { shard: batch[0]!.shard, delta: plan.read(delta.encode()) };
  });
}

const mergeOf = (deltas: readonly DeltaReader[], slice: number): WindowMerge => {
  const merge = plan.createMerge();
  for (const delta of deltas) delta.mergeInto(slice, merge);
  return merge;
};

test('any split over shards and batches, merged in any order, gives what one pass gives', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (events, order) => {
      const shuffled = encodeBatches(events)
        .map((batch) => ({ ...batch, rank: order.next().value }))
        .sort((a, b) => a.rank - b.rank);
      for (const [start, own] of byWindow(events)) {
        const expected = oracleResults(stage, own);
        const flat = mergeOf(
          shuffled.map(({ delta }) => delta),
          start,
        );
        expect(resultsOf(flat)).toEqual(expected);

        const byShard = plan.createMerge();
        for (const shard of new Set(shuffled.map((batch) => batch.shard))) {
          const ofShard = shuffled.filter((batch) => batch.shard === shard).map(({ delta }) => delta);
          byShard.absorb(mergeOf(ofShard, start));
        }
        expect(resultsOf(byShard)).toEqual(expected);
      }
    }),
    { numRuns: 400 },
  );
});

test('the same partials merged in the same order give the same keys in the same order', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const run = () =>
        JSON.stringify([
          ...mergeOf(
            encodeBatches(events).map(({ delta }) => delta),
            -53_000,
          ).results(0),
        ]);
      expect(run()).toBe(run());
    }),
    { numRuns: 50 },
  );
});

test('bytes that are no delta are refused by name', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      let failure: unknown;
      try {
        plan.read(bytes);
      } catch (error) {
        failure = error;
      }
      expect((failure as Error).name).toBe('DeltaFormatError');
    }),
  );
});
