import { expect, test } from 'vitest';
import {
  count,
  max,
  mean,
  min,
  over,
  plus,
  ratio,
  share,
  sum,
  times,
} from '../../../shared/pipeline/index.ts';
import { deviceTraffic, ipShare } from '../../../shared/pipelines/network-traffic.ts';
import { layoutOf } from '../../../shared/windows/columns.ts';
import { sampleStage } from '../../factories/window-stages.ts';

const columnsOf = (stage: Parameters<typeof layoutOf>[0]) => layoutOf(stage).columns.map(({ id }) => id);

test('aggregates over the same expression share their columns', () => {
  const stage = sampleStage({
    a: sum(plus('whole', 'other')),
    b: mean(plus('whole', 'other')),
    c: ratio(sum(plus('whole', 'other')), count()),
    d: share(plus('whole', 'other')),
    e: count(),
    f: count('whole'),
  });
  expect(columnsOf(stage)).toEqual(['integers ("whole" + "other")', 'count']);
});

test('the sample keeps five numbers per device and two per address', () => {
  expect(layoutOf(deviceTraffic).initial).toHaveLength(5);
  expect(layoutOf(ipShare).initial).toHaveLength(2);
});

test.each([
  ['an optional field has a count of its own', mean('gap'), ['integers "gap"', 'count "gap"']],
  [
    'so has what may come out infinite',
    mean(over('whole', 'other')),
    ['reals ("whole" / "other")', 'count ("whole" / "other")'],
  ],
  [
    'and what may overflow',
    mean(times('real', 'real')),
    ['reals ("real" * "real")', 'count ("real" * "real")'],
  ],
  ['a required field has not', mean('real'), ['reals "real"', 'count']],
  ['least and greatest', ratio(min('whole'), max('whole')), ['min "whole"', 'max "whole"']],
  ['a fraction among whole numbers', sum(times('whole', 0.5)), ['reals ("whole" * 0.5)']],
])('%s', (_, aggregate, columns) => {
  expect(columnsOf(sampleStage({ value: aggregate }))).toEqual(columns);
});

test('rows begin with nothing: zero, or infinity where any number is less or more', () => {
  const { initial } = layoutOf(sampleStage({ a: min('whole'), b: max('whole'), c: sum('real') }));
  expect([...initial]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]);
});
