import { z } from 'zod';
import {
  type Aggregate,
  count,
  eventType,
  max,
  mean,
  min,
  minus,
  over,
  plus,
  ratio,
  share,
  sum,
  times,
  tumbling,
  type WindowSpec,
  windowStage,
} from '../../shared/pipeline/index.ts';
import type { ResultValues, WindowMerge } from '../../shared/windows/types.ts';

/** A type with every kind of numeric field, and names that would break careless code generation. */
export const sample = eventType('sample', {
  description: 'numbers of every kind',
  schema: z.object({
    key: z.string(),
    at: z.int(),
    whole: z.int(),
    other: z.int(),
    gap: z.int().nullable().optional(),
    real: z.number(),
    hole: z.number().nullable().optional(),
    'a"]; throw new Error("run"); //': z.int(),
    constructor: z.number().nullable().optional(),
    'ünï\u2028\n': z.int(),
    '': z.int(),
    label: z.string().nullable().optional(),
    flag: z.boolean().optional(),
    mixed: z.union([z.string(), z.number()]).nullable().optional(),
  }),
  time: 'at',
  key: 'key',
});

export type SampleValues = Readonly<Record<string, Aggregate>>;

/** A stage over {@link sample}; the values are not checked against the schema by the compiler. */
export const sampleStage = (values: SampleValues, window: WindowSpec = tumbling('1 minute')) =>
  windowStage('sample-stage', {
    description: 'a stage for tests',
    from: sample,
    key: 'key',
    window,
    outOfOrderness: '10 seconds',
    allowedLateness: '1 minute',
    values: values as Readonly<Record<string, Aggregate<never, never>>>,
  });

const difference = minus(plus('whole', 'other'), 'whole');
const product = times('whole', plus('other', 3));

/** Every aggregate, over plain fields and expressions, over fields that may be missing and fields that may not. */
export const everyAggregate: SampleValues = {
  events: count(),
  gaps: count('gap'),
  holes: count(plus('hole', 'real')),
  whole: sum('whole'),
  whole_gap: sum('gap'),
  whole_difference: sum(difference),
  whole_product: sum(product),
  whole_mixed: sum(plus('gap', 'other')),
  least: min('whole'),
  greatest: max('gap'),
  greatest_product: max(product),
  average: mean('whole'),
  average_gap: mean('gap'),
  real: sum('real'),
  real_hole: sum('hole'),
  real_product: sum(times('real', 'hole')),
  real_quotient: sum(over('whole', 'other')),
  least_real: min('real'),
  greatest_hole: max('hole'),
  average_real: mean('real'),
  average_quotient: mean(over('hole', 'gap')),
  per_event: ratio(sum('whole'), count()),
  per_gap: ratio(sum('real'), sum('gap')),
  share_whole: share('whole'),
  share_real: share('real'),
  constant: sum(2),
  quoted: sum('a"]; throw new Error("run"); //'),
  inherited: sum('constructor'),
  unicode: sum('ünï\u2028\n'),
  nameless: sum(''),
  ['__proto__']: max(plus('whole', 1)),
  '"; throw new Error("run"); //': count(),
};

export type SampleData = Record<string, number | string | boolean | null | undefined>;

/** Data with zeros in the fields that a test does not care about. */
export const sampleData = (data: SampleData = {}): SampleData => ({
  whole: 0,
  other: 0,
  real: 0,
  'a"]; throw new Error("run"); //': 0,
  'ünï\u2028\n': 0,
  '': 0,
  ...data,
});

/** The results of a merge, by key. */
export const resultsOf = (merge: WindowMerge): Map<string, ResultValues> => new Map(merge.results(0));
