import { expect, test } from 'vitest';
import { z } from 'zod';
import { count, eventType, plus, ratio, sum, tumbling, windowStage } from '../../shared/pipeline/index.ts';

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
