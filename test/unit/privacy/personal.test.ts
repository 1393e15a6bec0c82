import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isExpressible } from '../../../shared/events/expressible.ts';
import {
  type EventType,
  eventType,
  personal,
  personalFields,
  pipeline,
} from '../../../shared/pipeline/index.ts';
import { visit } from '../../factories/ingest-types.ts';

const typeOf = (shape: z.ZodRawShape, roles: object = {}): EventType =>
  eventType('sample', {
    description: 'a sample',
    schema: z.object({ device: z.string(), at: z.int(), ...shape }) as never,
    time: 'at' as never,
    key: 'device' as never,
    ...roles,
  });
const declare = (type: EventType) => pipeline('p', { description: 'p', types: [type], stages: [] });

test('personal fields are found wherever they are', () => {
  expect(
    personalFields(visit as unknown as EventType).map(({ path, handling }) => [path.join('.'), handling]),
  ).toEqual([
    ['visitor', 'pseudonymise'],
    ['email', 'drop'],
    ['contacts.*.name', 'pseudonymise'],
    ['address', 'drop'],
    ['phones.*', 'pseudonymise'],
    ['tags.*', 'pseudonymise'],
  ]);
  expect(() => declare(visit as unknown as EventType)).not.toThrow();
  expect(personalFields(typeOf({}))).toEqual([]);
});

test('a marked schema is validated by the same compiled code', () => {
  expect(isExpressible(z.object({ a: personal(z.string()), b: personal(z.int(), 'drop').optional() }))).toBe(
    true,
  );
});

describe('is refused', () => {
  test.each<[string, EventType, RegExp]>([
    ['a time', typeOf({ at: personal(z.int(), 'drop') }), /is its time/],
    [
      'a key that is dropped',
      typeOf({ device: personal(z.string(), 'drop') }),
      /is its key: use a pseudonym/,
    ],
    ['a required field that is dropped', typeOf({ a: personal(z.string(), 'drop') }), /make it optional/],
    ['an item that is dropped', typeOf({ a: z.array(personal(z.string(), 'drop')) }), /drop the list/],
    ['a number under a pseudonym', typeOf({ a: personal(z.number()) }), /would not be valid/],
    ['a short text under a pseudonym', typeOf({ a: personal(z.string().max(20)) }), /would not be valid/],
    ['a format under a pseudonym', typeOf({ a: personal(z.email()) }), /would not be valid/],
    [
      'an object under a pseudonym',
      typeOf({ a: personal(z.object({ b: z.string() })) }),
      /would not be valid/,
    ],
  ])('%s', (_, type, message) => {
    expect(() => declare(type)).toThrow(message);
  });
});
