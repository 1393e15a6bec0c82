import { expect, test } from 'vitest';
import { z } from 'zod';
import { describePipeline } from '../../../shared/pipeline/describe.ts';
import {
  type Aggregate,
  correlation,
  covariance,
  distinct,
  eventType,
  first,
  histogram,
  last,
  min,
  over,
  PipelineError,
  pipeline,
  plus,
  quantile,
  quantiles,
  ratio,
  stddev,
  sum,
  topK,
  trend,
  tumbling,
  userAggregate,
  variance,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { labelSet } from '../../factories/statistics.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({
    meter: z.string(),
    label: z.string().nullable(),
    watts: z.number(),
    volts: z.number().nullish(),
    on: z.boolean(),
    tags: z.array(z.string()),
    at: z.int(),
  }),
  time: 'at',
  key: 'meter',
});

function declare(values: Readonly<Record<string, Aggregate>>) {
  const stage = windowStage('power', {
    description: 'power per meter',
    from: reading,
    key: 'meter',
    window: tumbling('1 minute'),
    outOfOrderness: '1 second',
    allowedLateness: '1 minute',
    values: values as Readonly<Record<string, Aggregate<never, never>>>,
  });
  return pipeline('meters', { description: 'meters', types: [reading], stages: [stage] });
}

function problemsOf(aggregate: Aggregate): readonly string[] {
  try {
    declare({ value: aggregate });
    return [];
  } catch (error) {
    if (error instanceof PipelineError) return error.problems;
    throw error;
  }
}

const at = 'stage "power": value "value"';

test.each<[Aggregate, string]>([
  [variance('label'), `${at} uses the field "label", which may be string: aggregates take numbers`],
  [stddev('none'), `${at} uses the field "none", which "reading" lacks: name a field of its schema`],
  [
    correlation('watts', 'label'),
    `${at} uses the field "label", which may be string: aggregates take numbers`,
  ],
  [
    distinct(plus('watts', 'label')),
    `${at} uses the field "label", which may be string: aggregates take numbers`,
  ],
  [
    distinct('tags'),
    `${at} uses the field "tags", which may be array: use one of numbers, texts or truth values`,
  ],
  [first('none'), `${at} uses the field "none", which "reading" lacks: name a field of its schema`],
  [
    topK('tags', 3),
    `${at} uses the field "tags", which may be array: use one of numbers, texts or truth values`,
  ],
  [
    topK('label', 3, { by: 'label' }),
    `${at} uses the field "label", which may be string: aggregates take numbers`,
  ],
  [topK('label', 0), `${at} has the k 0: use a whole number from 1 to 10000`],
  [topK('label', 1.5), `${at} has the k 1.5: use a whole number from 1 to 10000`],
  [topK('label', 10, { capacity: 9 }), `${at} has the capacity 9: use a whole number from 10 to 100000`],
  [variance('watts', { basis: 'all' as never }), `${at} has the basis "all": use "sample" or "population"`],
  [distinct('label', { precision: 3 }), `${at} has the precision 3: use a whole number from 4 to 16`],
  [quantile('watts', 1.1), `${at} asks for the quantile 1.1: use a number from 0 to 1, 0.5 is the median`],
  [
    quantile('watts', Number.NaN),
    `${at} asks for the quantile NaN: use a number from 0 to 1, 0.5 is the median`,
  ],
  [
    quantile('watts', 0.5, { accuracy: 0 }),
    `${at} has the accuracy 0: use a part of the value from 0.0001 to 0.5, 0.01 is 1%`,
  ],
  [quantiles('watts', []), `${at} asks for no quantile: list at least one, such as 0.5`],
  [quantiles('watts', [0.5, 0.5]), `${at} asks for a quantile twice: list each once`],
  [trend('watts', { per: '0 seconds' }), `${at} is a trend per 0 ms: use a positive duration`],
  [histogram('watts', []), `${at} has 0 boundaries: use 1 to 256`],
  [histogram('watts', [1, 3, 2]), `${at} has boundaries that do not ascend at 2: use ascending numbers`],
  [
    histogram('watts', [1, Number.POSITIVE_INFINITY]),
    `${at} has boundaries that do not ascend at Infinity: use ascending numbers`,
  ],
  [ratio(min('watts'), sum('watts')), `${at} is a ratio of a min: divide sums or counts`],
  [{ ...labelSet, name: '' }, `${at} is a user-defined aggregate without a name: give it one`],
  [{ ...labelSet, version: -1 }, `${at} has the version -1: use a whole number from 0 to 9007199254740991`],
  [
    userAggregate({ ...labelSet.functions, name: 'x', description: 'x', fields: ['none'] }),
    `${at} uses the field "none", which "reading" lacks: name a field of its schema`,
  ],
])('%j is refused', (aggregate, problem) => {
  expect(problemsOf(aggregate)).toEqual([problem]);
});

test('are described in the documentation', () => {
  const page = describePipeline(
    declare({
      a: variance('watts'),
      b: stddev('watts', { basis: 'population' }),
      c: covariance('watts', 'volts'),
      d: correlation('watts', over('watts', 'volts')),
      e: first('label'),
      f: last('on'),
      g: distinct('label'),
      h: quantile('watts', 0.5),
      i: quantiles('watts', [0.5, 0.99], { accuracy: 0.001 }),
      j: topK('label', 10, { by: 'watts' }),
      k: topK('label', 3, { capacity: 500 }),
      l: trend('watts', { per: '1 hour' }),
      m: histogram('watts', [0, 100]),
      n: labelSet,
    }),
  );
  for (const line of [
    '| `a` | variance of `watts` |',
    '| `b` | standard deviation of the population of `watts` |',
    '| `c` | covariance of `watts` and `volts` |',
    '| `d` | correlation of `watts` and (`watts` / `volts`) |',
    '| `e` | first of `label` |',
    '| `f` | last of `on` |',
    '| `g` | number of different `label`, within 1.6% (standard error) |',
    '| `h` | quantile 0.5 of `watts`, within 1% |',
    '| `i` | quantiles 0.5, 0.99 of `watts`, within 0.1% |',
    '| `j` | the 10 `label` of the greatest sum of `watts`, exact up to 10,000 of them |',
    '| `k` | the 3 `label` that occur most often, exact up to 500 of them |',
    "| `l` | line through `watts` over time: slope per hour, intercept at the window's start |",
    '| `m` | number of `watts` between the boundaries 0, 100 |',
    '| `n` | the labels that occur (`label-set` of `label`) |',
  ]) {
    expect(page).toContain(line);
  }
});
