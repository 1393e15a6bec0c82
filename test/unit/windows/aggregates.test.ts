import { describe, expect, test } from 'vitest';
import {
  type Aggregate,
  correlation,
  covariance,
  distinct,
  first,
  histogram,
  last,
  quantile,
  quantiles,
  session,
  stddev,
  topK,
  trend,
  variance,
} from '../../../shared/pipeline/index.ts';
import { layoutOf } from '../../../shared/windows/columns.ts';
import { compilePlan } from '../../../shared/windows/plan.ts';
import { aggregated as of } from '../../factories/aggregated.ts';
import { everyQuantile, everyStatistic, labelSet } from '../../factories/statistics.ts';
import { type SampleData, sampleData, sampleStage } from '../../factories/window-stages.ts';

const MINUTE = 60_000;

const wholes = (...values: readonly number[]) => values.map((value) => ({ whole: value }));

describe('variance and what is made like it', () => {
  test('of a sample by default, of a population where declared', () => {
    const values = wholes(2, 4, 4, 4, 5, 5, 7, 9);
    expect(of(variance('whole', { basis: 'population' }), ...values)).toBe(4);
    expect(of(stddev('whole', { basis: 'population' }), ...values)).toBe(2);
    expect(of(variance('whole'), ...values)).toBe(32 / 7);
  });

  test('does not cancel: a billion and a little', () => {
    const values = [4, 7, 13, 16].map((little) => ({ real: 1e9 + little / 16 }));
    expect(of(variance('real'), ...values)).toBe(30 / 256);
    const large = [4, 7, 13, 16].map((little) => ({ whole: 2 ** 52 + little }));
    expect(of(variance('whole'), ...large)).toBe(30);
    expect(of(variance('real'), { real: 1e200 }, { real: -1e200 })).toBeNull();
    expect(of(stddev('real'), { real: 1e-200 }, { real: 3e-200 })).toBe(0);
  });

  test('of too few values is null', () => {
    expect(of(variance('whole'), { whole: 1 })).toBeNull();
    expect(of(variance('whole', { basis: 'population' }), { whole: 1 })).toBe(0);
    expect(of(variance('gap', { basis: 'population' }), {})).toBeNull();
  });

  test('covariance and correlation are of the events that have both', () => {
    const pairs = [
      { gap: 1, hole: 2 },
      { gap: 100, hole: null },
      { gap: 2, hole: 4 },
      { hole: -100 },
      { gap: 3, hole: 6 },
    ];
    expect(of(covariance('gap', 'hole'), ...pairs)).toBe(2);
    expect(of(correlation('hole', 'gap'), ...pairs)).toBe(1);
    expect(of(correlation('hole', 'gap'), ...pairs.slice(0, 2))).toBeNull();
    expect(of(correlation('whole', 'other'), ...wholes(1, 2, 3))).toBeNull();
  });
});

describe('trend', () => {
  test('is the line of least squares per unit of time, from the start of the window', () => {
    const values = wholes(10, 12, 14);
    expect(of(trend('whole'), ...values)).toEqual({ slope: 2, intercept: 10 });
    expect(of(trend('whole', { per: '1 hour' }), ...values)).toEqual({ slope: 7200, intercept: 10 });
    expect(of(trend('whole'), ...wholes(3))).toBeNull();
  });

  test('is exact at times of today', () => {
    const plan = compilePlan(sampleStage({ value: trend('real', { per: '1 minute' }) }));
    const start = Date.UTC(2026, 10, 21, 5);
    const delta = plan.createDelta();
    for (let minute = 0; minute < 60; minute++) {
      delta.add(start, 'k', sampleData({ real: 36.5 + minute / 64 }), start + minute * MINUTE);
    }
    const merge = plan.createMerge();
    plan.read(delta.encode()).mergeInto(start, merge);
    expect(merge.valuesOf('k', start)?.value).toEqual({ slope: 1 / 64, intercept: 36.5 });
  });
});

test('the trend of a session begins with its first event', () => {
  const plan = compilePlan(sampleStage({ value: trend('whole') }, session('5 minutes')));
  const delta = plan.createDelta();
  for (const second of [7, 8, 9]) delta.add(0, 'k', sampleData({ whole: second * 3 }), second * 1000);
  const merge = plan.createMerge();
  plan.read(delta.encode()).mergeInto(0, merge);
  expect(merge.valuesOf('k', 0)?.value).toEqual({ slope: 3, intercept: 21 });
});

describe('first and last', () => {
  const at = (aggregate: Aggregate, ...events: readonly (readonly [number, SampleData])[]) => {
    const plan = compilePlan(sampleStage({ value: aggregate }));
    const merge = plan.createMerge();
    for (const [time, data] of events) {
      const delta = plan.createDelta();
      delta.add(0, 'k', sampleData(data), time);
      plan.read(delta.encode()).mergeInto(0, merge);
    }
    return merge.valuesOf('k', 0)?.value;
  };

  test.each([
    [first('whole'), 1],
    [last('whole'), 5],
    [first('label'), 'b'],
    [last('label'), 'a'],
    [first('flag'), true],
    [last('mixed'), null],
  ])('%j', (aggregate, expected) => {
    const events = [
      [30, { whole: 5 }],
      [20, { whole: 9, label: 'a' }],
      [-10, { whole: 1, flag: true }],
      [-5, { whole: 2, label: 'b', flag: false }],
    ] as const;
    expect(at(aggregate, ...events)).toBe(expected);
    expect(at(aggregate, ...[...events].reverse())).toBe(expected);
  });

  test('of one time the first has the least value and the last the greatest', () => {
    const events = [10, 9, true, 'a', 'b'].map((mixed) => [7, { mixed, whole: Number(mixed) || 0 }] as const);
    expect(at(first('mixed'), ...events)).toBe(true);
    expect(at(last('mixed'), ...events)).toBe('b');
    expect(at(first('whole'), ...events)).toBe(0);
    expect(at(last('whole'), ...events)).toBe(10);
  });
});

describe('sketches and histograms', () => {
  test('name and order what they hold', () => {
    const values = wholes(-5, 0, 9, 10, 10, 100);
    expect(of(histogram('whole', [0, 10]), ...values)).toEqual([
      { from: null, to: 0, count: 1 },
      { from: 0, to: 10, count: 2 },
      { from: 10, to: null, count: 3 },
    ]);
    expect(of(distinct('whole'), ...values)).toBe(5);
    expect(Object.keys(of(quantiles('whole', [0.5, 0.999]), ...values) as object)).toEqual(['p50', 'p99.9']);
    expect(of(quantile('whole', 1, { accuracy: 0.001 }), ...values)).toBeCloseTo(100, 0);
    const labels = ['b', 'a', 'c', 'a', 'b', null].map((label) => ({ label, whole: 1 }));
    expect(of(topK('label', 2), ...labels)).toEqual([
      { label: 'a', weight: 2, error: 0 },
      { label: 'b', weight: 2, error: 0 },
    ]);
  });

  test.each([
    [distinct('label'), 0],
    [first('label'), null],
    [last('gap'), null],
    [quantile('gap', 0.5), null],
    [quantiles('gap', [0.5]), null],
    [topK('label', 3), null],
    [topK('label', 3, { by: 'gap' }), null],
    [histogram('gap', [0]), null],
    [trend('gap'), null],
    [correlation('gap', 'hole'), null],
  ])('without a value: %j is %j', (aggregate, expected) => {
    expect(of(aggregate, { gap: null }, {})).toBe(expected);
  });
});

describe('columns', () => {
  const columnsOf = (values: Readonly<Record<string, Aggregate>>) =>
    layoutOf(sampleStage(values)).columns.map(({ id }) => id);

  test('are shared between aggregates over the same expressions', () => {
    expect(
      columnsOf({
        a: variance('real'),
        b: stddev('real', { basis: 'population' }),
        c: correlation('real', 'whole'),
        d: covariance('whole', 'real'),
        e: quantile('real', 0.5),
        f: quantiles('real', [0.9]),
      }),
    ).toEqual([
      'count',
      'reals "real"',
      'products "real" by "real"',
      'integers "whole"',
      'products "real" by "whole"',
      'products "whole" by "whole"',
      'sketch quantiles 0.01 "real"',
    ]);
  });

  test('that may be missing count only where both are there', () => {
    expect(columnsOf({ a: covariance('gap', 'hole') })).toEqual([
      'count "gap" with "hole"',
      'integers "gap" with "hole"',
      'reals "hole" with "gap"',
      'products "gap" by "hole"',
    ]);
  });

  test('of other parameters are other columns, and state of one is not read by the other', () => {
    const pairs: readonly (readonly [Aggregate, Aggregate])[] = [
      [distinct('label'), distinct('label', { precision: 10 })],
      [quantile('real', 0.5), quantile('real', 0.5, { accuracy: 0.02 })],
      [topK('label', 3), topK('label', 3, { capacity: 50 })],
      [topK('label', 3), topK('label', 3, { by: 'real' })],
      [histogram('real', [0]), histogram('real', [1])],
      [labelSet, { ...labelSet, version: 2 }],
    ];
    for (const [one, other] of pairs) {
      const bytes = compilePlan(sampleStage({ value: one }))
        .createDelta()
        .encode();
      expect(() => compilePlan(sampleStage({ value: other })).read(bytes)).toThrow('another declaration');
    }
  });

  test('k and quantiles are not stored, so they may change', () => {
    const bytes = compilePlan(sampleStage({ value: topK('label', 3) }))
      .createDelta()
      .encode();
    expect(() => compilePlan(sampleStage({ value: topK('label', 5) })).read(bytes)).not.toThrow();
  });
});

test('a delta with every sketch, cut short anywhere, is refused by name', () => {
  const plan = compilePlan(sampleStage({ ...everyStatistic, ...everyQuantile }));
  const delta = plan.createDelta();
  delta.add(0, 'a', sampleData({ whole: 2, label: 'x', mixed: 7, hole: 0.5, flag: true, gap: 3 }), 5);
  delta.add(0, 'b', sampleData(), 6);
  const bytes = delta.encode();
  for (let length = 0; length < bytes.length; length += 7) {
    expect(() => {
      const reader = plan.read(bytes.subarray(0, length));
      for (const slice of reader.slices()) reader.mergeInto(slice, plan.createMerge());
    }).toThrow(expect.objectContaining({ name: 'DeltaFormatError' }));
  }
});
