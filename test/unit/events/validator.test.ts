import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isExpressible } from '../../../shared/events/expressible.ts';
import { schemaFingerprint } from '../../../shared/events/fingerprint.ts';
import { compileValidator } from '../../../shared/events/validator.ts';
import { type EventType, eventType } from '../../../shared/pipeline/index.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { trafficData } from '../../factories/events.ts';

const typeOf = (shape: z.ZodRawShape): EventType =>
  eventType('sample', {
    description: 'a sample',
    schema: z.object({ device: z.string(), at: z.int(), ...shape }) as never,
    time: 'at' as never,
    key: 'device' as never,
  });

/** The reasons for a sample event with these fields beside its key and time. */
const reasons = (type: EventType, fields: Record<string, unknown>): string[] =>
  (compileValidator(type)({ device: 'd', at: 1, ...fields }) ?? []).map(({ reason }) => reason);

describe('the sample type', () => {
  const validate = compileValidator(traffic as unknown as EventType);

  test.each([
    ['whole milliseconds', {}],
    ['a date-time', { ts: '2026-01-01T00:00:00Z' }],
    ['a date-time with an offset', { ts: '2026-01-01T02:00:00.123+02:00' }],
    ['an id', { event_id: 'e-1' }],
    ['an unknown field', { colour: 'blue' }],
    ['256 characters', { device: 'é'.repeat(256) }],
  ])('accepts %s', (_, data) => {
    expect(validate(trafficData(data))).toBeUndefined();
  });

  test.each([
    [{ receive_bytes: -3 }, 'receive_bytes: must be a whole number, at least 0; got -3'],
    [{ receive_bytes: 1.5 }, 'receive_bytes: must be a whole number, at least 0; got 1.5'],
    [{ receive_bytes: '12' }, 'receive_bytes: must be a whole number, at least 0; got "12"'],
    [{ receive_bytes: null }, 'receive_bytes: must be a whole number, at least 0; got null'],
    [{ receive_bytes: undefined }, 'receive_bytes: is missing: it must be a whole number, at least 0'],
    [{ device: '' }, 'device: must be a text, not empty, at most 256 characters long; got ""'],
    [{ device: { id: 1 } }, 'device: must be a text, not empty, at most 256 characters long; got an object'],
    [{ ts: 'noon' }, 'ts: must be a whole number or an ISO 8601 date-time with a zone; got "noon"'],
    [
      { ts: '2024-02-30T00:00:00Z' },
      'ts: must be a whole number or an ISO 8601 date-time with a zone; got "2024-02-30T00:00:00Z"',
    ],
  ])('rejects %j', (data, reason) => {
    expect(validate(trafficData(data))).toMatchObject([{ field: Object.keys(data)[0], reason }]);
  });

  test('gives a reason for every faulty field', () => {
    expect(validate(trafficData({ send_bytes: -1, ip: 7, ts: true }))?.map(({ field }) => field)).toEqual([
      'ip',
      'send_bytes',
      'ts',
    ]);
  });

  test.each([[null], [undefined], ['text'], [12], [[]]])('rejects %j as a whole', (data) => {
    expect(validate(data)).toMatchObject([
      { field: '', reason: expect.stringMatching(/^must be an object; got /) as string },
    ]);
  });

  test('cuts long values', () => {
    const [rejection] = validate(trafficData({ ip: 'x'.repeat(100_000) })) ?? [];
    expect(rejection?.reason.length).toBeLessThan(200);
  });
});

test('a type is compiled once', () => {
  const type = typeOf({});
  expect(compileValidator(type)).toBe(compileValidator(type));
});

describe('schemas that JSON Schema can express', () => {
  test('names fields inside objects and lists', () => {
    const type = typeOf({
      at_home: z.object({ rooms: z.array(z.object({ 'a/b~c': z.number().gt(0) })).min(1) }),
    });
    expect(reasons(type, { at_home: { rooms: [{ 'a/b~c': 1 }, { 'a/b~c': 0 }] } })).toEqual([
      'at_home.rooms[1].a/b~c: must be a number, greater than 0; got 0',
    ]);
    expect(reasons(type, { at_home: { rooms: [] } })).toEqual([
      'at_home.rooms: must be a list, of at least 1 items; got a list',
    ]);
    expect(reasons(type, { at_home: { rooms: [{}] } })).toEqual([
      'at_home.rooms[0]: must have the field "a/b~c"; got an object',
    ]);
  });

  test('names fields whose names are odd', () => {
    const type = typeOf({ 'a/b~c d%é"': z.boolean() });
    expect(reasons(type, { 'a/b~c d%é"': 1 })).toEqual(['a/b~c d%é": must be true or false; got 1']);
  });

  test('lists choices', () => {
    const type = typeOf({ colour: z.enum(['red', 'blue']), level: z.literal([1, 2]), n: z.null() });
    expect(reasons(type, { colour: 'green', level: 3, n: 0 })).toEqual([
      'colour: must be "red" or "blue"; got "green"',
      'level: must be 1 or 2; got 3',
      'n: must be null; got 0',
    ]);
  });

  test('leaves unions of objects to the words of zod', () => {
    const type = typeOf({
      shape: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('circle'), radius: z.number() }),
        z.object({ kind: z.literal('square'), side: z.number() }),
      ]),
    });
    expect(reasons(type, { shape: { kind: 'square', side: 'x' } })).toEqual([
      expect.stringMatching(/^shape\.side: .*number/) as string,
    ]);
  });

  test('follows a schema into itself', () => {
    const tree: z.ZodType = z.object({
      get children() {
        return z.array(tree).optional();
      },
      size: z.int(),
    });
    const type = typeOf({ tree });
    expect(isExpressible(type.schema)).toBe(true);
    expect(reasons(type, { tree: { size: 1, children: [{ size: 1 }] } })).toEqual([]);
    expect(reasons(type, { tree: { size: 1, children: [{ size: 'x' }] } })).toEqual([
      'tree.children[0].size: must be a whole number; got "x"',
    ]);
  });

  test('a list of faults costs one reason', () => {
    const type = typeOf({ list: z.array(z.string()) });
    expect(reasons(type, { list: Array(100_000).fill(0) })).toEqual(['list[0]: must be a text; got 0']);
  });
});

describe('schemas that JSON Schema cannot express', () => {
  test('a refinement holds', () => {
    const type = eventType('span', {
      description: 'a span',
      schema: z
        .object({ device: z.string(), at: z.int(), until: z.int() })
        .refine(({ at, until }) => until >= at, { message: 'must not lie before at', path: ['until'] }),
      time: 'at',
      key: 'device',
    }) as unknown as EventType;
    expect(isExpressible(type.schema)).toBe(false);
    expect(reasons(type, { until: 2 })).toEqual([]);
    expect(reasons(type, { until: 0 })).toEqual(['until: must not lie before at']);
    expect(reasons(type, { until: 'x' })).toEqual(['until: must be a whole number; got "x"']);
  });

  test('a refinement that throws rejects the event', () => {
    const explode = (): boolean => {
      throw new Error('boom');
    };
    expect(reasons(typeOf({ x: z.string().refine(explode) }), { x: 'a' })).toEqual([
      'its check failed: Error: boom',
    ]);
  });

  test('an asynchronous refinement rejects the event', () => {
    expect(reasons(typeOf({ x: z.string().refine(async () => true) }), { x: 'a' })).toEqual([
      expect.stringMatching(/^its check failed: .*[Pp]romise/) as string,
    ]);
  });

  test.each([
    ['a trimmed text', { x: z.string().trim().min(1) }, ' '],
    ['a URL', { x: z.url() }, 'not a url'],
    ['an IPv6 address', { x: z.ipv6() }, '1::2::3'],
    ['base64', { x: z.base64() }, '*'],
    ['a pattern with flags', { x: z.string().regex(/^[a-z]$/i) }, '1'],
    ['a multiple', { x: z.number().multipleOf(0.1) }, 0.25],
    ['a coerced number', { x: z.coerce.number() }, 'x'],
    ['an object that refuses unknown fields', { x: z.strictObject({}) }, { y: 1 }],
    ['a record', { x: z.record(z.string().min(2), z.int()) }, { a: 1 }],
    ['a tuple', { x: z.tuple([z.string(), z.int()]) }, ['a']],
    ['a pipe', { x: z.string().pipe(z.enum(['a'])) }, 'b'],
  ] as [string, z.ZodRawShape, unknown][])('%s is checked by zod', (_, shape, bad) => {
    const type = typeOf(shape);
    expect(isExpressible(type.schema)).toBe(false);
    expect(reasons(type, { x: bad })).toHaveLength(1);
  });
});

describe('fingerprint', () => {
  test('is the same for the same schema, and another for another', () => {
    expect(schemaFingerprint(typeOf({ x: z.int() }))).toBe(schemaFingerprint(typeOf({ x: z.int() })));
    expect(schemaFingerprint(typeOf({ x: z.int() }))).not.toBe(
      schemaFingerprint(typeOf({ x: z.int().min(0) })),
    );
    expect(schemaFingerprint(typeOf({}))).toMatch(/^[\w-]{16}$/);
  });
});
