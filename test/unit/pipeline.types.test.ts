import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  above,
  alertStage,
  allKeys,
  allOf,
  anyOf,
  atLeast,
  below,
  correlation,
  count,
  distinct,
  equals,
  eventType,
  filterStage,
  first,
  histogram,
  isPresent,
  max,
  mean,
  minus,
  not,
  over,
  plus,
  quantile,
  ratio,
  sum,
  topK,
  trend,
  tumbling,
  userAggregate,
  variance,
  windowStage,
} from '../../shared/pipeline/index.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ meter: z.string(), label: z.string(), watts: z.number(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const base = {
  description: 'a stage',
  from: reading,
  window: tumbling('1 minute'),
  outOfOrderness: '0 seconds',
  allowedLateness: '0 seconds',
} as const;

test('fields that the schema has compile', () => {
  const stage = windowStage('s', {
    ...base,
    key: 'meter',
    values: { a: sum('watts'), b: count(), c: ratio(sum('watts'), count()) },
  });
  expect(Object.keys(stage.values)).toEqual(['a', 'b', 'c']);
});

test('fields that the schema lacks, or of the wrong kind, do not compile', () => {
  // @ts-expect-error no such field
  windowStage('s', { ...base, key: 'meter', values: { a: sum('wats') } });
  // @ts-expect-error no such field inside an expression
  windowStage('s', { ...base, key: 'meter', values: { a: sum(plus('watts', 'wats')) } });
  // @ts-expect-error no such field inside a ratio
  windowStage('s', { ...base, key: 'meter', values: { a: ratio(sum('watts'), count('wats')) } });
  // @ts-expect-error a text cannot be added up
  windowStage('s', { ...base, key: 'meter', values: { a: sum('label') } });
  // @ts-expect-error no such key
  windowStage('s', { ...base, key: 'metre', values: { a: count() } });
});

const hot = filterStage('hot', {
  description: 'hot',
  from: reading,
  where: allOf(above('watts', 10), not(equals('label', 'off')), anyOf(isPresent('meter'), below('watts', 5))),
});
const short = eventType('short', {
  description: 'a short reading',
  schema: z.object({ meter: z.string(), kilowatts: z.number().nullable(), at: z.int() }),
  time: 'at',
  key: 'meter',
});
const shortened = filterStage('shortened', {
  description: 'in kilowatts',
  from: hot,
  to: short,
  map: { meter: 'meter', kilowatts: over('watts', 1000), at: 'at' },
});
const totals = windowStage('totals', { ...base, key: 'meter', values: { sum: sum('watts'), n: count() } });

const f = { description: 'f', from: reading } as const;

test('conditions and mappings name fields of the input', () => {
  expect([hot.output, shortened.output, shortened.input]).toEqual([reading, short, reading]);
  filterStage('f', { ...f, where: ({ watts, label }) => watts > label.length });
  filterStage('f', { ...f, to: short, map: ({ meter, at }) => ({ meter, at, kilowatts: 1 }) });
  // @ts-expect-error no such field
  filterStage('f', { ...f, where: above('wats', 1) });
  // @ts-expect-error no such field, further in
  filterStage('f', { ...f, where: allOf(above('watts', 1), not(above('wats', 1))) });
  // @ts-expect-error a text is not compared with a limit
  filterStage('f', { ...f, where: anyOf(equals('label', 'x'), atLeast('label', 1)) });
  // @ts-expect-error no such field in a function's data
  filterStage('f', { ...f, where: ({ wats }) => wats > 1 });
  // @ts-expect-error a function says yes or no
  filterStage('f', { ...f, where: ({ label }) => label });
  // @ts-expect-error a mapping says what it makes
  filterStage('f', { ...f, map: { meter: 'meter' } });
  // @ts-expect-error a field of the new type is missing
  filterStage('f', { ...f, to: short, map: { meter: 'meter', at: 'at' } });
  // @ts-expect-error a function that makes something else
  filterStage('f', { ...f, to: short, map: ({ meter }) => ({ meter }) });
});

test('stages on filter stages name fields of what comes out of them', () => {
  windowStage('s', { ...base, from: hot, key: 'meter', values: { a: sum('watts') } });
  windowStage('s', { ...base, from: shortened, key: 'meter', values: { a: max('kilowatts') } });
  // @ts-expect-error the mapping has no such field
  windowStage('s', { ...base, from: shortened, key: 'meter', values: { a: max('watts') } });
  // @ts-expect-error no such field
  filterStage('f', { description: 'f', from: shortened, where: above('watts', 1) });
});

test('stages on window stages name the key, the bounds and the values of results', () => {
  const values = { a: max('sum'), b: mean('n'), c: max(minus('end', 'start')) };
  expect(windowStage('s', { ...base, from: totals, key: 'meter', values }).input).toBe(totals.output);
  filterStage('f', { description: 'f', from: totals, where: ({ sum, n }) => n > 0 && (sum ?? 0) > 1 });
  const all = windowStage('all', { ...base, key: allKeys(), values: { n: count() } });
  windowStage('s', { ...base, from: all, key: 'key', values: { n: sum('n') } });
  // @ts-expect-error no such value
  windowStage('s', { ...base, from: totals, key: 'meter', values: { a: max('watts') } });
  // @ts-expect-error no such key
  windowStage('s', { ...base, from: all, key: 'meter', values: { a: max('n') } });
  // @ts-expect-error a sum may be null
  filterStage('f', { description: 'f', from: totals, where: ({ sum }) => sum > 1 });
});

test('alerts name the fields of what they read', () => {
  const counts = windowStage('counts', {
    ...base,
    key: 'meter',
    values: { readings: count(), most: max('watts') },
  });
  const alert = { description: 'an alert', message: 'm', quiet: '1 minute' } as const;
  const over = alertStage('a', {
    ...alert,
    from: counts,
    when: allOf(atLeast('readings', 3), above(minus('end', 'start'), 0)),
    key: 'meter',
    message: ({ meter, most, start }, { time }) => `${meter.length} ${most ?? 0} ${start + time}`,
  });
  expect(over.input.name).toBe('counts.result');
  alertStage('a', { ...alert, from: reading, when: ({ watts }) => watts > 1, key: 'label' });
  // @ts-expect-error no such value
  alertStage('a', { ...alert, from: counts, when: atLeast('watts', 3) });
  // @ts-expect-error a field of the events, not of the results
  alertStage('a', { ...alert, from: counts, key: 'label' });
  // @ts-expect-error no such field
  alertStage('a', { ...alert, from: reading, when: ({ wats }) => wats > 1 });
});

const any = {
  description: 'any',
  create: () => 0,
  add: (n: number) => n,
  merge: (n: number) => n,
  result: (n: number) => n,
};
const codec = { encode: () => new Uint8Array(), decode: () => 0 };

test('statistics and sketches take the fields that they can use', () => {
  const stage = windowStage('s', {
    ...base,
    key: 'meter',
    values: {
      a: variance(plus('watts', 'at')),
      b: correlation('watts', 'at'),
      c: first('label'),
      d: distinct('label'),
      e: distinct(plus('watts', 1)),
      f: topK('label', 3, { by: 'watts' }),
      g: trend('watts'),
      h: userAggregate({ ...any, ...codec, name: 'n', fields: ['label', 'watts'] }),
    },
  });
  expect(Object.keys(stage.values)).toHaveLength(8);
  // What another stage finds in the results.
  windowStage('t', {
    ...base,
    from: stage,
    key: 'meter',
    values: { a: sum('a'), b: count('d'), c: first('c'), d: topK('c', 3, { by: 'd' }) },
  });
  // @ts-expect-error a text cannot be added up
  windowStage('t', { ...base, from: stage, key: 'meter', values: { a: sum('c') } });
  // @ts-expect-error a ranking is no value of its own
  windowStage('t', { ...base, from: stage, key: 'meter', values: { a: distinct('f') } });
});

test('statistics and sketches of other fields do not compile', () => {
  // @ts-expect-error a text has no variance
  windowStage('s', { ...base, key: 'meter', values: { a: variance('label') } });
  // @ts-expect-error no such field
  windowStage('s', { ...base, key: 'meter', values: { a: correlation('watts', 'wats') } });
  // @ts-expect-error a text has no quantile
  windowStage('s', { ...base, key: 'meter', values: { a: quantile('label', 0.5) } });
  // @ts-expect-error a text has no place between boundaries
  windowStage('s', { ...base, key: 'meter', values: { a: histogram('label', [0]) } });
  // @ts-expect-error no such label
  windowStage('s', { ...base, key: 'meter', values: { a: topK('labels', 3) } });
  // @ts-expect-error a text is no weight
  windowStage('s', { ...base, key: 'meter', values: { a: topK('label', 3, { by: 'label' }) } });
  // @ts-expect-error no such field
  windowStage('s', { ...base, key: 'meter', values: { a: first('labels') } });
  // @ts-expect-error a text inside an expression
  windowStage('s', { ...base, key: 'meter', values: { a: distinct(plus('label', 1)) } });
  const unknown = userAggregate({ ...any, ...codec, name: 'n', fields: ['wats'] });
  // @ts-expect-error no such field
  windowStage('s', { ...base, key: 'meter', values: { a: unknown } });
});
