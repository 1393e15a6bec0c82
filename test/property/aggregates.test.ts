import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Quantile, Quantiles } from '../../shared/pipeline/index.ts';
import { compilePlan } from '../../shared/windows/plan.ts';
import type { WindowMerge } from '../../shared/windows/types.ts';
import { everyQuantile, everyStatistic } from '../factories/statistics.ts';
import { resultsOf, type SampleData, sampleData, sampleStage } from '../factories/window-stages.ts';
import { aggregateOracle } from './aggregate-oracle.ts';

const stage = sampleStage({ ...everyStatistic, ...everyQuantile });
const plan = compilePlan(stage);
const START = 1_767_225_600_000;

const whole = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1e9, max: 1e9 + 3 }) },
  fc.maxSafeInteger(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -0),
);
const real = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -1000, max: 1000 }).map((value) => value / 100) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 9 }).map((value) => 1e9 + value / 1e6) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1e16, 1e-300, -0),
);
const missing = fc.constantFrom(null, undefined);
const label = fc.constantFrom('a', 'b', 'ab', '', '__proto__', 'ключ', '😀');
const data: fc.Arbitrary<SampleData> = fc
  .record({
    whole,
    other: whole,
    gap: fc.oneof(whole, missing),
    real,
    hole: fc.oneof(real, missing),
    label: fc.oneof({ weight: 3, arbitrary: label }, missing),
    flag: fc.oneof(fc.boolean(), fc.constant(undefined)),
    mixed: fc.oneof(label, whole, missing),
  })
  .map((record) => JSON.parse(JSON.stringify(sampleData(record))));
const event = fc.record({
  key: fc.constantFrom('k', 'l'),
  data,
  time: fc.integer({ min: 0, max: 59 }).map((second) => START + second * 1000),
  shard: fc.nat(2),
  batch: fc.nat(2),
  slice: fc.nat(1),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

const onePass = (events: readonly Event[]): WindowMerge => {
  const delta = plan.createDelta();
  for (const { key, data, time } of events) delta.add(0, key, data, time);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  return merge;
};

/** Batches of shards, of which every slice is merged, in an order of their own; and what was merged is encoded again. */
function split(events: readonly Event[], rank: () => number): WindowMerge {
  const batches = new Map<string, Event[]>();
  for (const one of events) {
    const name = `${one.shard} ${one.batch}`;
    batches.set(name, [...(batches.get(name) ?? []), one]);
  }
  const parts = [...batches.values()].map((batch) => {
    const delta = plan.createDelta();
    for (const { slice, key, data, time } of batch) delta.add(slice, key, data, time);
    return { shard: batch[0]!.shard, rank: rank(), reader: plan.read(delta.encode()) };
  });
  const total = plan.createMerge();
  parts.sort((a, b) => a.rank - b.rank);
  for (const shard of new Set(parts.map((part) => part.shard))) {
    const merge = plan.createMerge();
    for (const { reader } of parts.filter((part) => part.shard === shard)) {
      for (const slice of reader.slices()) reader.mergeInto(slice, merge);
    }
    if (shard === 0) total.absorb(merge);
    else plan.read(merge.encode(7, 0, merge.size)).mergeInto(7, total);
  }
  return total;
}

/** Keys in one order; values as JSON, in which the sign of a zero shows. */
const shown = (merge: WindowMerge) =>
  [...merge.results(START)].map(([key, values]) => `${key} ${JSON.stringify(values)}`).sort();

test('any split over batches, slices and shards, merged in any order, gives the same bits as one pass', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (events, order) => {
      expect(shown(split(events, () => order.next().value))).toEqual(shown(onePass(events)));
    }),
    { numRuns: 150 },
  );
});

test('keys dealt into buckets have the results that they have together', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      const delta = plan.createDelta();
      for (const { key, data, time } of events) delta.add(0, key, data, time);
      const reader = plan.read(delta.encode());
      const dealt = [0, 1].flatMap((index) => {
        const merge = plan.createMerge({ index, of: 2 });
        reader.mergeInto(0, merge);
        return shown(merge);
      });
      expect(dealt.sort()).toEqual(shown(onePass(events)));
    }),
    { numRuns: 50 },
  );
});

test('statistics are those of exact fractions', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      for (const [key, values] of new Map(onePass(events).results(START))) {
        const own = events.filter((one) => one.key === key);
        for (const [name, aggregate] of Object.entries(everyStatistic)) {
          expect([name, values[name]]).toEqual([name, aggregateOracle(aggregate, own, stage, START)]);
        }
      }
    }),
    { numRuns: 120 },
  );
});

test('quantiles are within their accuracy of the value at their rank', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      for (const [key, values] of resultsOf(onePass(events))) {
        for (const [name, aggregate] of Object.entries(everyQuantile)) {
          const { of, accuracy } = aggregate as Quantile | Quantiles;
          const sorted = events
            .filter((one) => one.key === key)
            .flatMap(({ data }) => (data[of as string] ?? []) as number)
            .sort((a, b) => a - b);
          const found = values[name];
          const each =
            aggregate.kind === 'quantiles' && found !== null
              ? aggregate.qs.map((q, index) => [q, Object.values(found as object)[index] as number] as const)
              : [[(aggregate as Quantile).q, found as number] as const];
          if (sorted.length === 0) expect(found).toBeNull();
          else
            for (const [q, value] of each)
              expectNear(value, sorted[Math.floor(q * (sorted.length - 1))]!, accuracy);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function expectNear(value: number, exact: number, accuracy: number): void {
  const off = Math.abs(value - exact);
  expect(off <= Math.abs(exact) * (accuracy + 1e-12) || off <= 2 ** -1022).toBe(true);
}
