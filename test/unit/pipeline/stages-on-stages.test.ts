import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { describePipeline } from '../../../shared/pipeline/describe.ts';
import { describeCondition } from '../../../shared/pipeline/describe-filter.ts';
import {
  above,
  allKeys,
  allOf,
  anyOf,
  assertDistinct,
  atMost,
  type Condition,
  count,
  eventType,
  type FilterStage,
  fieldOf,
  filterStage,
  isPresent,
  jsonSchemaOf,
  not,
  oneOf,
  over,
  PipelineError,
  pipeline,
  ratio,
  type Stage,
  spanOf,
  sum,
  tumbling,
  type WindowStage,
  windowStage,
} from '../../../shared/pipeline/index.ts';

const reading = eventType('reading', {
  description: 'A reading',
  schema: z.object({ meter: z.string(), label: z.string().nullable(), watts: z.number(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const short = eventType('short', {
  description: 'A short reading',
  schema: z.object({ meter: z.string(), kilowatts: z.number().nullable(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const hot = filterStage('hot', { description: 'Hot ones', from: reading, where: above('watts', 10) });
const base = {
  description: 'Totals',
  key: 'meter',
  window: tumbling('1 minute'),
  outOfOrderness: '1 second',
  allowedLateness: '1 minute',
} as const;
const totals = windowStage('totals', {
  ...base,
  from: hot,
  values: { watts: sum('watts'), n: count(), mean: ratio(sum('watts'), count()) },
});

function problemsOf(...stages: Stage[]): string {
  try {
    pipeline('meters', { description: 'meters', types: [reading], stages });
    return '';
  } catch (error) {
    if (error instanceof PipelineError) return error.problems.join('\n');
    throw error;
  }
}

const changed = (change: Partial<FilterStage>): string => problemsOf({ ...hot, ...change });
const where = (condition: Condition): string => changed({ where: condition });

describe('a filter stage that cannot work', () => {
  test.each([
    ['does nothing', { where: undefined }, 'lets everything pass as it is: add "where" or "map"'],
    ['makes nothing of a new type', { output: short }, 'has "to" and no "map"'],
    ['has no new type', { map: { meter: 'meter' } }, 'has "map" and no "to"'],
    ['has other records', { records: 'csv' as 'events' }, 'its records are "csv": use "events" or "packed"'],
    [
      'compares a text',
      { where: above('label', 1) },
      'uses the field "label", which may be string: use numbers',
    ],
    [
      'compares what is not there',
      { where: above('wats', 1) },
      'uses the field "wats", which "reading" lacks',
    ],
    ['compares with no number', { where: atMost('watts', Number.NaN) }, 'compares with NaN: use a number'],
    ['asks for the presence of nothing', { where: isPresent('x') }, 'the field "x", which "reading" lacks'],
    ['knows no alternative', { where: oneOf('meter') }, '"oneOf" of "meter" has no value: add one'],
    [
      'knows an alternative that is never met',
      { where: oneOf('meter', 'a', 1) },
      'compares "meter" with 1, but it may be string',
    ],
    ['is empty', { where: not(allOf()) }, '"allOf" has no condition: add one or leave it out'],
    ['is wrong further in', { where: anyOf(not(above(over('x', 'watts'), 1))) }, 'the field "x", which'],
    [
      'maps a field that is lacking',
      { output: short, map: { meter: 'x', kilowatts: 1, at: 'at' } },
      '"meter" of its "map" uses the field "x"',
    ],
    [
      'maps to a field that is lacking',
      { output: short, map: { metre: 'meter', kilowatts: 1, at: 'at' } },
      'its "map" uses the field "metre", which "short" lacks',
    ],
    [
      'leaves a field out',
      { output: short, map: { meter: 'meter', kilowatts: 1 } },
      'does not make "at", which "short" requires',
    ],
    ['is named like a part of Millrace', { name: 'lake' }, 'stage "lake": Millrace itself goes by this name'],
  ] as [string, Partial<FilterStage>, string][])('%s', (_, change, problem) => {
    expect(changed(change)).toContain(problem);
  });

  test('that can, has no problems', () => {
    expect(where(allOf(oneOf('label', 'a', 'b'), not(isPresent('label')), above(over('watts', 2), 1)))).toBe(
      '',
    );
    expect(
      changed({ output: short, map: { meter: 'meter', kilowatts: over('watts', 1000), at: 'at' } }),
    ).toBe('');
    expect(problemsOf(hot, totals)).toBe('');
  });
});

describe('an input that cannot be read', () => {
  test('is a stage that the pipeline lacks', () => {
    expect(problemsOf(totals)).toBe(
      'stage "totals" reads the stage "hot", which is not among the pipeline\'s stages: add it to "stages", or read ' +
        'the event type; a stage of another pipeline cannot be read',
    );
  });

  test('is made of its own output', () => {
    const first = { ...hot, name: 'first' };
    const second = { ...hot, name: 'second', from: first };
    Object.assign(first, { from: second });
    expect(problemsOf(first, second)).toContain(
      'stage "first" reads what, by way of "second", is made of its own output',
    );
  });

  test('has results whose values hide their bounds', () => {
    const odd = { ...totals, from: reading, values: { start: count(), meter: count() } } as WindowStage;
    const next = filterStage('next', { description: 'n', from: odd, where: () => true });
    expect(problemsOf(odd)).toBe('');
    expect(problemsOf(odd, next)).toContain(
      'whose value "start" has the name of the result\'s own field: rename it',
    );
    expect(problemsOf(odd, next)).toContain('whose value "meter"');
  });
});

test('the type that a filter stage makes has a name of its own', () => {
  const double = { ...short, name: 'reading' };
  const mapped = { ...hot, output: double, map: { meter: 'meter', kilowatts: 1, at: 'at' } };
  expect(problemsOf(mapped)).toContain('event type "reading" is declared twice');
  const other = pipeline('a', { description: 'a', types: [reading], stages: [{ ...mapped, output: short }] });
  expect(() =>
    assertDistinct([other, pipeline('b', { description: 'b', types: [short], stages: [] })]),
  ).toThrow('event type "short" is declared twice');
});

test('results have a type: key, bounds and values, null where a value can be', () => {
  expect(totals.output).toMatchObject({
    name: 'totals.result',
    time: 'end',
    key: 'meter',
    maxAhead: 1_800_000,
  });
  expect(Object.keys(jsonSchemaOf(totals.output).properties ?? {}).sort()).toEqual([
    'end',
    'mean',
    'meter',
    'n',
    'start',
    'watts',
  ]);
  expect(fieldOf(totals.output, 'n')).toEqual({ types: ['integer'], nullable: false });
  expect(fieldOf(totals.output, 'mean')).toEqual({ types: ['number'], nullable: true });
  expect(fieldOf(totals.output, 'meter')).toEqual({ types: ['string'], nullable: false });
  expect(
    windowStage('all', { ...base, from: reading, key: allKeys(), values: { n: count() } }).output.key,
  ).toBe('key');
});

test('what is stored in one go spans less than stages behind filters wait', () => {
  const declared = pipeline('meters', { description: 'm', types: [reading], stages: [hot, totals] });
  expect(spanOf(reading, [declared])).toBe(30_500);
});

test('is told in words', () => {
  expect(
    describeCondition(
      allOf(above(over('watts', 2), 1), not(anyOf(oneOf('label', 'a', 'b'), isPresent('at')))),
    ),
  ).toBe('(`watts` / 2) > 1 and not (`label` is "a" or "b" or `at` is present)');
  const page = describePipeline(
    pipeline('meters', { description: 'm', types: [reading], stages: [hot, totals] }),
  );
  expect(page).toContain('## Filter `hot`');
  expect(page).toContain('| lets pass | `watts` > 10 |');
  expect(page).toContain('| reads | the events of `hot` |');
});
