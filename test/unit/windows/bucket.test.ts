import { describe, expect, test } from 'vitest';
import { count } from '../../../shared/pipeline/index.ts';
import { bucketOf } from '../../../shared/windows/bucket.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import type { WindowMerge } from '../../../shared/windows/types.ts';
import { everyQuantile, everyStatistic } from '../../factories/statistics.ts';
import { everyAggregate, sampleData, sampleStage } from '../../factories/window-stages.ts';

const plan = compilePlan(sampleStage({ ...everyAggregate, ...everyStatistic, ...everyQuantile }));
const KEYS = 200;

/** Deltas in which sums leave their doubles, fields are missing and keys come more than once. */
const deltas = Array.from({ length: 4 }, (_, batch) => {
  const delta = plan.createDelta();
  for (let i = 0; i < KEYS; i++) {
    const key = `key-${(i * 7 + batch * 31) % KEYS}`;
    const real = i % 5 === 0 ? 1e300 * (batch % 2 === 0 ? 1 : -1) : i / 3;
    const whole = i % 11 === 0 ? Number.MAX_SAFE_INTEGER : i;
    delta.add(
      0,
      key,
      sampleData({ whole, real, other: batch, hole: i % 3 === 0 ? null : i * 0.1, label: `l${i % 4}` }),
      i,
    );
  }
  return delta.encode();
});

function merged(merge: WindowMerge, parts: readonly Uint8Array[] = deltas): WindowMerge {
  for (const part of parts) plan.read(part).mergeInto(0, merge);
  return merge;
}

const bytesOf = (merge: WindowMerge) =>
  new Map([...merge.results(0)].map(([key, values]) => [key, JSON.stringify(values)]));

describe('buckets', () => {
  const whole = bytesOf(merged(plan.createMerge()));

  test.each([1, 2, 3, 16])('%d of them have the same values as one merge, shares included', (of) => {
    const together = new Map<string, string>();
    for (let index = 0; index < of; index++) {
      const merge = merged(plan.createMerge({ index, of }));
      for (const [key, bytes] of bytesOf(merge)) {
        expect(bucketOf(key, of)).toBe(index);
        expect(together.has(key)).toBe(false);
        together.set(key, bytes);
      }
    }
    expect([...together].sort()).toEqual([...whole].sort());
  });

  test('are of about the same size', () => {
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 80_000; i++) counts[bucketOf(`device-${i}`, 8)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('a merge', () => {
  test('answers for single keys', () => {
    const merge = merged(plan.createMerge());
    for (const [key, values] of merge.results(0)) expect(merge.valuesOf(key, 0)).toEqual(values);
    expect(merge.valuesOf('unknown', 0)).toBeUndefined();
  });

  test.each([1, 7, KEYS - 1, KEYS, 10_000])('encoded in parts of %d keys holds the same', (count) => {
    const merge = merged(plan.createMerge());
    const parts: Uint8Array[] = [];
    for (let first = 0; first < merge.size; first += count) parts.push(merge.encode(0, first, count));
    expect(parts).toHaveLength(Math.ceil(merge.size / count));
    expect(bytesOf(merged(plan.createMerge(), parts))).toEqual(bytesOf(merge));
  });

  test('is encoded to the same bytes by every process that merged the same deltas', () => {
    const [one, other] = [merged(plan.createMerge()), merged(plan.createMerge())];
    // Not toEqual, which takes seconds for a megabyte.
    expect(Buffer.compare(one.encode(0, 0, KEYS), other.encode(0, 0, KEYS))).toBe(0);
  });
});

test('only rankings need an order, so that what is merged before may stand for deltas', () => {
  const { top, top_weighted, top_whole, ...others } = everyStatistic;
  expect(compilePlan(sampleStage({ ...everyAggregate, ...others, ...everyQuantile })).unordered).toBe(true);
  expect(compilePlan(sampleStage({ top: top ?? count() })).unordered).toBe(false);
});
