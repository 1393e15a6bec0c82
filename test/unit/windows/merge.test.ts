import { expect, test } from 'vitest';
import { count, max, min, share, sum } from '../../../shared/pipeline/index.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import { resultsOf, sampleData, sampleStage } from '../../factories/window-stages.ts';

const plan = compilePlan(
  sampleStage({ n: count(), sum: sum('real'), min: min('whole'), max: max('gap'), share: share('whole') }),
);

const mergeOf = (...events: readonly (readonly [key: string, data: Record<string, number>])[]) => {
  const delta = plan.createDelta();
  for (const [key, data] of events) delta.add(0, key, sampleData(data), 0);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  return merge;
};

test('absorbing adds keys and folds those that both have', () => {
  const merge = mergeOf(['a', { real: 1, whole: 5 }], ['b', { real: 2, whole: 10 }]);
  merge.absorb(mergeOf(['c', { real: 4, whole: 20, gap: 3 }], ['a', { real: 8, whole: 5 }]));
  expect(merge.size).toBe(3);
  expect([...resultsOf(merge)]).toEqual([
    ['a', { n: 2, sum: 9, min: 5, max: null, share: 0.25 }],
    ['b', { n: 1, sum: 2, min: 10, max: null, share: 0.25 }],
    ['c', { n: 1, sum: 4, min: 20, max: 3, share: 0.5 }],
  ]);
});

test('the absorbed merge stays as it was', () => {
  const other = mergeOf(['a', { real: 1 }]);
  const before = JSON.stringify([...other.results(0)]);
  const merge = mergeOf(['a', { real: 2 }]);
  merge.absorb(other);
  merge.absorb(other);
  expect(JSON.stringify([...other.results(0)])).toBe(before);
  expect(resultsOf(merge).get('a')).toMatchObject({ n: 3, sum: 4 });
});

test('what sums hold beyond their doubles is merged with them', () => {
  const large = mergeOf(['a', { real: Number.MAX_VALUE, whole: Number.MAX_SAFE_INTEGER }]);
  const merge = mergeOf(
    ['b', { real: 1 }],
    ['a', { real: Number.MAX_VALUE, whole: Number.MAX_SAFE_INTEGER }],
  );
  merge.absorb(large);
  expect(resultsOf(merge).get('a')).toMatchObject({ sum: null, min: Number.MAX_SAFE_INTEGER, share: 1 });
  merge.absorb(mergeOf(['a', { real: -Number.MAX_VALUE }]));
  merge.absorb(mergeOf(['a', { real: -Number.MAX_VALUE }]));
  expect(resultsOf(merge).get('a')).toMatchObject({ n: 4, sum: 0 });
});

test('results can be asked for again', () => {
  const merge = mergeOf(['a', { whole: 1 }]);
  expect([...merge.results(0)]).toEqual([...merge.results(0)]);
});
