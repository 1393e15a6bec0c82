import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isExpressible } from '../../shared/events/expressible.ts';
import { compileValidator } from '../../shared/events/validator.ts';
import { type EventType, eventType } from '../../shared/pipeline/index.ts';
import { traffic } from '../../shared/pipelines/network-traffic.ts';
import { trafficData } from '../factories/events.ts';

const FIELDS = Object.keys(trafficData({ event_id: 'e' }));

/** Values on both sides of every rule in the schemas below. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    1.5,
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
    Number.POSITIVE_INFINITY,
    5e-324,
    '',
    'a',
    'red',
    'ab',
    '\n',
    '😀',
    '😀😀',
    'x'.repeat(64),
    'x'.repeat(65),
    'é'.repeat(256),
    '😀'.repeat(129),
    '2026-01-01T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '2024-02-29T23:59:59.123456+14:00',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01t00:00:00z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01',
    'A@b.cd',
    'a@b',
    '10.0.0.256',
    '10.0.0.1',
    '00000000-0000-4000-8000-000000000000',
    {},
    [],
    [1],
    ['a', 1],
    { a: 1 },
    { a: 'x', b: null },
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.double(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.jsonValue({ maxDepth: 2 }),
);

/** As it would come out of a record. */
const parsed = <T>(data: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  data.map((given) => JSON.parse(JSON.stringify(given).replaceAll(':null,', ':1e999,')));

test('the sample type accepts what zod accepts', () => {
  const validate = compileValidator(traffic as unknown as EventType);
  const data = fc
    .dictionary(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...FIELDS) }, { weight: 1, arbitrary: fc.string() }),
      fc.option(value, { nil: undefined }),
      { maxKeys: 2 },
    )
    .map((fields) => trafficData(fields));
  fc.assert(
    fc.property(
      parsed(fc.oneof({ weight: 20, arbitrary: data }, { weight: 1, arbitrary: value })),
      (input) => {
        const rejections = validate(input);
        expect(rejections === undefined).toBe(traffic.schema.safeParse(input).success);
        for (const { field, reason } of rejections ?? []) expect(reason.startsWith(field)).toBe(true);
      },
    ),
    { numRuns: 5000 },
  );
});

describe('every schema that is left to ajv accepts what zod accepts', () => {
  const samples: Record<string, z.ZodType> = {
    text: z.string().min(1).max(3),
    'text of a length': z.string().length(2),
    pattern: z.string().regex(/^[ab]+$/),
    'two patterns': z.string().startsWith('a').endsWith('b'),
    'date-time': z.iso.datetime(),
    'date-time with offset': z.iso.datetime({ offset: true }),
    'local date-time': z.iso.datetime({ local: true }),
    'date-time to the second': z.iso.datetime({ precision: 0 }),
    date: z.iso.date(),
    time: z.iso.time(),
    uuid: z.uuid(),
    email: z.email(),
    ipv4: z.ipv4(),
    number: z.number(),
    'number between': z.number().gt(0).lt(2),
    'whole number': z.int().nonnegative(),
    'whole number of 32 bits': z.int32(),
    'number of 32 bits': z.float32(),
    boolean: z.boolean(),
    null: z.null(),
    enum: z.enum(['a', 'red']),
    literal: z.literal(['a', 1, null, true]),
    nullable: z.string().nullable(),
    optional: z.int().optional(),
    default: z.int().default(3),
    list: z.array(z.int()).min(1).max(2),
    object: z.object({ a: z.int(), b: z.string().nullable().optional() }),
    union: z.union([z.int(), z.string().min(2), z.array(z.string())]),
    'discriminated union': z.discriminatedUnion('a', [
      z.object({ a: z.literal(1) }),
      z.object({ a: z.literal('x'), b: z.null() }),
    ]),
    described: z.string().describe('a text').meta({ title: 'Text' }),
  };
  test.each(Object.entries(samples))('%s', (_, schema) => {
    const type = eventType('sample', {
      description: 'a sample',
      schema: z.object({ key: z.string(), at: z.int(), x: schema }),
      time: 'at',
      key: 'key',
    }) as unknown as EventType;
    expect(isExpressible(type.schema)).toBe(true);
    const validate = compileValidator(type);
    fc.assert(
      fc.property(
        parsed(
          fc.record({ key: fc.constant('k'), at: fc.constant(0), x: value }, { requiredKeys: ['key', 'at'] }),
        ),
        (data) => {
          expect(validate(data) === undefined).toBe(type.schema.safeParse(data).success);
        },
      ),
      { numRuns: 400 },
    );
  });
});
