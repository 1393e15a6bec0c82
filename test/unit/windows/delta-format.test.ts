import { expect, test } from 'vitest';
import { count, mean, sum, tumbling } from '../../../shared/pipeline/index.ts';
import { DeltaFormatError } from '../../../shared/windows/errors.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import { resultsOf, sampleData, sampleStage } from '../../factories/window-stages.ts';

const base = sampleStage({ n: count(), total: sum('whole') });
const plan = compilePlan(base);

const encoded = () => {
  const delta = plan.createDelta();
  delta.add(0, 'a', sampleData({ whole: 2 }), 0);
  delta.add(60_000, 'b', sampleData({ whole: 3 }), 60_000);
  return delta.encode();
};

const refusal = (other: typeof base): string => {
  try {
    compilePlan(other).read(encoded());
  } catch (error) {
    expect(error).toBeInstanceOf(DeltaFormatError);
    return (error as Error).message;
  }
  throw new Error('it was read');
};

test('an empty delta is read', () => {
  const reader = plan.read(plan.createDelta().encode());
  expect(reader.slices()).toEqual([]);
  const merge = plan.createMerge();
  reader.mergeInto(0, merge);
  expect(merge.size).toBe(0);
  expect([...merge.results(0)]).toEqual([]);
});

test('slices are read one by one, and again', () => {
  const reader = plan.read(encoded());
  expect(reader.slices()).toEqual([0, 60_000]);
  const merge = plan.createMerge();
  reader.mergeInto(60_000, merge);
  reader.mergeInto(60_000, merge);
  reader.mergeInto(120_000, merge);
  expect(resultsOf(merge)).toEqual(new Map([['b', { n: 2, total: 6 }]]));
});

test('encoding does not end a delta', () => {
  const delta = plan.createDelta();
  delta.add(0, 'a', sampleData({ whole: 2 }), 0);
  const first = delta.encode();
  delta.add(0, 'a', sampleData({ whole: 2 }), 0);
  expect(first).not.toEqual(delta.encode());
});

test('other values over the same columns read it', () => {
  const other = compilePlan(sampleStage({ average: mean('whole'), n: count() }, tumbling('1 minute')));
  expect(() => other.read(encoded())).toThrow('other order');
  const same = compilePlan(sampleStage({ n: count(), average: mean('whole') }));
  const merge = same.createMerge();
  same.read(encoded()).mergeInto(0, merge);
  expect(resultsOf(merge)).toEqual(new Map([['a', { n: 1, average: 2 }]]));
});

test('another declaration is refused with what differs', () => {
  expect(refusal(sampleStage({ n: count(), total: sum('real') }))).toMatch(
    /stage "sample-stage".*lacks reals "real" and has 1 part .*new name/,
  );
  expect(refusal(sampleStage({ n: count() }))).toMatch(/which has 1 part that/);
  expect(refusal(sampleStage({ n: count(), total: sum('whole') }, tumbling('1 hour')))).toMatch(
    /lacks slices of 3600000 ms from 0 ms/,
  );
  expect(refusal({ ...base, key: 'whole' })).toMatch(/lacks key "whole" of "sample"/);
});

test('another version is refused', () => {
  const bytes = encoded();
  bytes[0] = 9;
  expect(() => plan.read(bytes)).toThrow('a delta of version 9 cannot be read: this code knows version 2');
});

test('a delta cut short anywhere is refused when it is read or merged', () => {
  const bytes = encoded();
  for (let length = 0; length < bytes.length; length++) {
    expect(() => {
      const reader = plan.read(bytes.subarray(0, length));
      for (const slice of reader.slices()) reader.mergeInto(slice, plan.createMerge());
    }).toThrow(DeltaFormatError);
  }
});

test('merges of different stages do not mix', () => {
  const other = compilePlan(sampleStage({ n: count() }));
  expect(() => plan.createMerge().absorb(other.createMerge())).toThrow(TypeError);
  expect(() => plan.read(encoded()).mergeInto(0, other.createMerge())).toThrow(TypeError);
});
