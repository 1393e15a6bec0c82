import { expect, test } from 'vitest';
import { z } from 'zod';
import { FilterRule } from '../../../shared/filters/rule.ts';
import {
  above,
  eventType,
  type FilterStage,
  filterStage,
  type Mapper,
  type Predicate,
  times,
} from '../../../shared/pipeline/index.ts';
import { reading, readingEvent } from '../../support/stage.ts';

const double = eventType('double', {
  description: 'twice the amount',
  schema: z.object({ key: z.string(), twice: z.number(), at: z.int() }),
  time: 'at',
  key: 'key',
});
const large = filterStage('large', { description: 'large ones', from: reading, where: above('amount', 10) });
const doubled = filterStage('doubled', {
  description: 'doubled',
  from: reading,
  to: double,
  map: { key: 'key', twice: times('amount', 2), at: 'at' },
});
const NOW = Date.UTC(2026, 0, 1);
const event = (amount: unknown) => readingEvent('1', NOW, 'a', amount as number);
const judge = (stage: FilterStage, amount: unknown = 11, trusted = false, arrival = NOW) =>
  new FilterRule(stage).judge(event(amount), arrival, trusted);
const where = (predicate: unknown) => judge({ ...large, where: predicate as Predicate });
const map = (mapper: unknown) => judge({ ...doubled, map: mapper as Mapper });

test('events pass as they are, or not', () => {
  expect(judge(large, 11)).toEqual({ kind: 'passed', event: event(11) });
  expect(judge(large, 10)).toEqual({ kind: 'filtered' });
  expect(
    where(({ amount }: { amount: number }, { time }: { time: number }) => amount === 11 && time === NOW),
  ).toEqual({
    kind: 'passed',
    event: event(11),
  });
});

test('events that did not come through ingestion are checked, the others are not again', () => {
  expect(judge(large, '11')).toMatchObject({ kind: 'rejected', problem: { code: 'invalid' } });
  expect(judge(large, '11', true)).toEqual({ kind: 'filtered' });
  expect(judge(large, 11, true, NOW - 3_600_000)).toMatchObject({ problem: { code: 'future' } });
});

test('a mapping makes new data and keeps what tells events apart', () => {
  const expected = { ...event(0), type: 'double', data: { key: 'a', twice: 22, at: NOW } };
  expect(judge(doubled)).toEqual({ kind: 'passed', event: expected });
  expect(
    map(({ amount, at }: { amount: number; at: number }) => ({ key: 'a', twice: amount * 2, at })),
  ).toEqual({
    kind: 'passed',
    event: expected,
  });
});

test('attributes stay, but for those about data that is gone', () => {
  const extra = {
    subject: 's',
    traceparent: 't',
    dataschema: 'd',
    data_base64: 'e30=',
    datacontenttype: 'x/json',
  };
  const rule = (stage: FilterStage) => new FilterRule(stage).judge({ ...event(11), extra }, NOW, false);
  expect(rule(large)).toMatchObject({ event: { extra } });
  expect(rule(doubled)).toMatchObject({ event: { extra: { subject: 's', traceparent: 't' } } });
  expect(Object.keys((rule(doubled) as { event: { extra: object } }).event.extra)).toEqual([
    'subject',
    'traceparent',
  ]);
});

test('what the function made is what its readers will see', () => {
  expect(map(() => ({ key: 'a', twice: 1, at: 5, more: new Date(0), none: undefined }))).toMatchObject({
    event: { data: { key: 'a', twice: 1, at: 5, more: '1970-01-01T00:00:00.000Z' } },
  });
});

test('half a character that the function cut off is no text for anybody', () => {
  expect(map(() => ({ key: 'a', twice: 1, at: 5, notes: ['😀'.slice(0, 1)] }))).toMatchObject({
    problem: {
      code: 'map',
      reason:
        '"map" of stage "doubled" failed: what it returned: notes[0]: must be well-formed; it holds half a surrogate pair',
    },
  });
  expect(map(() => ({ key: 'a', twice: 1, at: 5, note: '😀' }))).toMatchObject({ kind: 'passed' });
});

test.each<[string, unknown, string]>([
  [
    'throws',
    () => {
      throw new TypeError('no such thing');
    },
    '"where" of stage "large" failed: no such thing',
  ],
  [
    'throws a text',
    () => {
      throw 'words';
    },
    '"where" of stage "large" failed: words',
  ],
  [
    'throws what has no text',
    () => {
      throw Object.create(null);
    },
    'failed: something that cannot be written was thrown',
  ],
  ['answers nothing', () => undefined, 'answered neither true nor false, but undefined'],
  ['answers with a number', () => 1, 'but a value of type number'],
  ['is asynchronous', async () => true, 'but a promise: it must not be asynchronous'],
  [
    'is asynchronous and fails',
    async () => {
      throw new Error('later');
    },
    'but a promise',
  ],
])('a condition that %s sets the event aside', (_, predicate, reason) => {
  const { problem } = where(predicate) as { problem: { code: string; reason: string } };
  expect(problem.code).toBe('where');
  expect(problem.reason).toContain(reason);
});

test.each<[string, unknown, string, string]>([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
    'map',
    '"map" of stage "doubled" failed: broken',
  ],
  ['makes nothing', () => undefined, 'map', 'it returned undefined'],
  ['is asynchronous', async () => ({}), 'map', 'it returned a promise'],
  ['makes what is no JSON', () => ({ twice: 1n }), 'map', '"map" of stage "doubled" failed'],
  [
    'makes something else',
    () => ({ key: 'a', twice: 'x', at: 1 }),
    'invalid-output',
    '"map" of stage "doubled" made no "double": twice',
  ],
  ['makes no number', () => ({ key: 'a', twice: Number.NaN, at: 1 }), 'invalid-output', 'twice'],
])('a mapping that %s sets the event aside', (_, mapper, code, reason) => {
  const { problem } = map(mapper) as { problem: { code: string; reason: string } };
  expect(problem.code).toBe(code);
  expect(problem.reason).toContain(reason);
});
