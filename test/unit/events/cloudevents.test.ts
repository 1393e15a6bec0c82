import { describe, expect, test } from 'vitest';
import { cloudEventOf, visitCloudEvent } from '../../../shared/events/cloudevents.ts';
import type { KnownTypes } from '../../../shared/events/known-types.ts';
import { Collector, cloudEvent, streamEvent } from '../../factories/events.ts';

const types: KnownTypes = new Map([['network-traffic', { key: 'device', fingerprint: 'f' }]]);

/** The event read from a CloudEvents event; fails when it is none. */
const read = (value: unknown, known?: KnownTypes) => {
  const collector = new Collector();
  expect(visitCloudEvent(value, 0, collector, known)).toBeUndefined();
  return collector.events[0]!;
};

/** Why a value is not an event; fails when it is one. */
const refused = (value: unknown) => {
  const collector = new Collector();
  const reason = visitCloudEvent(value, 0, collector, undefined);
  expect(collector.items).toEqual([]);
  return reason;
};

test('an event is written with all its attributes and read back', () => {
  const event = streamEvent();
  expect(cloudEventOf(event)).toEqual({
    specversion: '1.0',
    id: 'event-1',
    source: '/test/fleet',
    type: 'network-traffic',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    partitionkey: 'sensor-1',
    data: event.data,
  });
  expect(read(cloudEventOf(event))).toEqual(event);
});

describe('what a stream event has no field for is kept', () => {
  test.each([
    ['an extension', { traceparent: '00-1-2-00', count: 3, nothing: null }],
    ['a subject and a schema', { subject: 's', dataschema: 'urn:x' }],
    ['a content type', { datacontenttype: 'application/vnd.x+json' }],
    ['a time with an offset', { time: '2026-01-01T02:00:00.000+02:00' }],
    ['a time without milliseconds', { time: '2026-01-01T00:00:00Z' }],
    ['a time in small letters', { time: '2026-01-01t00:00:00.000z' }],
    ['a time in nanoseconds', { time: '2026-01-01T00:00:00.000000001Z' }],
    ['a time in epoch milliseconds', { time: 1_767_225_600_000 }],
  ])('%s', (_, attributes) => {
    const given = cloudEvent(attributes);
    const event = read(given);
    expect(event).toEqual({ ...streamEvent(), extra: attributes });
    expect(JSON.parse(JSON.stringify(cloudEventOf(event)))).toEqual(given);
  });

  test('an attribute named like the prototype', () => {
    const given = JSON.parse(JSON.stringify(cloudEvent()).replace('{', '{"__proto__":{"a":1},')) as unknown;
    expect(JSON.stringify(cloudEventOf(read(given)))).toContain('"__proto__":{"a":1}');
  });

  test.each([
    ['JSON', undefined, '{"a": 1}', { a: 1 }],
    ['JSON of a kind', 'application/geo+json; charset=utf-8', '[1]', [1]],
    ['text', 'text/plain', 'hello', null],
  ])('binary data: %s', (_, datacontenttype, text, data) => {
    const given = cloudEvent({
      data: undefined,
      data_base64: Buffer.from(text).toString('base64'),
      ...(datacontenttype && { datacontenttype }),
    });
    const event = read(given);
    expect(event.data).toEqual(data);
    expect(JSON.parse(JSON.stringify(cloudEventOf(event)))).toEqual(given);
  });
});

test.each([[null], [false], [0], ['text'], [[]], [{}]])('data may be %j', (data) => {
  expect(read(cloudEvent({ data })).data).toEqual(data);
});

describe('the key of an event without partitionkey', () => {
  const given = cloudEvent({ partitionkey: undefined });
  const withKey = (device: unknown) => cloudEvent({ partitionkey: undefined, data: { device } });

  test('is the key field of its type', () => {
    expect(read(given, types).key).toBe('sensor-1');
    expect(read(withKey(7), types).key).toBe('7');
  });

  test('is its id where the type is not known', () => {
    expect(read(given).key).toBe('event-1');
    expect(read({ ...given, type: 'other' }, types).key).toBe('event-1');
  });

  test.each([[''], [null], [undefined], [{}], [true]])('is its id where the field is %j', (device) => {
    expect(read(withKey(device), types).key).toBe('event-1');
  });

  test('does not count where partitionkey is given', () => {
    expect(read(cloudEvent({ partitionkey: 'k' }), types).key).toBe('k');
    expect(read(cloudEvent({ partitionkey: null }), types).key).toBe('sensor-1');
  });
});

describe('is not an event:', () => {
  test.each([
    [null, 'must be an object; got null'],
    [[], 'must be an object; got a list'],
    ['{}', 'must be an object; got "{}"'],
    [{}, 'specversion is missing: it must be "1.0"'],
    [cloudEvent({ specversion: '0.3' }), 'specversion must be "1.0"; got "0.3"'],
    [cloudEvent({ id: '' }), 'id must be a text that is not empty; got ""'],
    [cloudEvent({ id: 5 }), 'id must be a text that is not empty; got 5'],
    [cloudEvent({ source: undefined }), 'source is missing: it must be a text that is not empty'],
    [cloudEvent({ type: null }), 'type must be a text that is not empty; got null'],
    [cloudEvent({ time: undefined }), 'time is missing: it must be an RFC 3339 date-time'],
    [
      cloudEvent({ time: '2024-02-30T00:00:00Z' }),
      'time must be an RFC 3339 date-time; got "2024-02-30T00:00:00Z"',
    ],
    [cloudEvent({ partitionkey: '' }), 'partitionkey must be a text that is not empty; got ""'],
    [cloudEvent({ partitionkey: 1 }), 'partitionkey must be a text that is not empty; got 1'],
    [cloudEvent({ data: undefined }), 'data is missing: it must be given'],
    [cloudEvent({ data_base64: 'e30=' }), 'data_base64 must not be given beside data; got "e30="'],
    [cloudEvent({ data_base64: 5 }), 'data_base64 must not be given beside data; got 5'],
    [cloudEvent({ data: undefined, data_base64: '???' }), 'data_base64 must be base64; got "???"'],
    [cloudEvent({ data: undefined, data_base64: 5 }), 'data_base64 must be base64; got 5'],
  ])('%j', (value, reason) => {
    expect(refused(value)).toBe(`not a CloudEvents event: ${reason}`);
  });

  test('base64 of something else than the JSON it says', () => {
    expect(refused(cloudEvent({ data: undefined, data_base64: 'AAAA' }))).toMatch(
      /^not a CloudEvents event: data_base64 must be JSON, as datacontenttype says, but is not JSON/,
    );
  });
});

describe('nesting', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

  test.each([
    ['data', (levels: number) => cloudEvent({ data: nested(levels) })],
    ['an extension', (levels: number) => cloudEvent({ x: nested(levels) })],
    [
      'encoded data',
      (levels: number) => cloudEvent({ data: undefined, data_base64: encoded(nested(levels)) }),
    ],
  ])('of %s is limited to 64 levels with the event itself', (_, make) => {
    read(make(63));
    expect(refused(make(64))).toBe('nested deeper than 64 levels');
  });

  test('of objects counts as well', () => {
    const objects = (levels: number) =>
      JSON.parse('{"a":'.repeat(levels) + 1 + '}'.repeat(levels)) as unknown;
    read(cloudEvent({ data: objects(63) }));
    expect(refused(cloudEvent({ data: objects(64) }))).toBe('nested deeper than 64 levels');
  });
});
