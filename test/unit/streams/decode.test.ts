import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeCompact } from '../../../shared/events/compact.ts';
import { decodeRecord } from '../../../shared/streams/decode.ts';
import { hashKeyOf, KPL_MAGIC } from '../../../shared/streams/kpl.ts';
import { MAX_REJECTS } from '../../../shared/streams/rejects.ts';
import {
  aggregated,
  Collector,
  cloudEvent,
  decoded,
  jsonBytes,
  streamEvent,
  streamEvents,
} from '../../factories/events.ts';

const one = streamEvent();
const three = streamEvents(3);
const compact = encodeCompact(three);
const batch = jsonBytes(three.map((event) => cloudEvent({}, event)));

describe('every format', () => {
  test.each([
    ['one CloudEvents event', jsonBytes(cloudEvent()), [one]],
    ['a CloudEvents batch', batch, three],
    ['an empty batch', Buffer.from('[]'), []],
    ['a compact batch', compact, three],
    ['an event compressed', gzipSync(jsonBytes(cloudEvent())), [one]],
    ['a CloudEvents batch compressed', gzipSync(batch), three],
    ['a compact batch compressed', gzipSync(compact), three],
    ['white space before an event', Buffer.from(`\r\n\t ${JSON.stringify(cloudEvent())}\n`), [one]],
    ['white space before a batch', Buffer.from(` ${batch.toString()}`), three],
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(cloudEvent())}`), [one]],
    ['an aggregate compressed', gzipSync(aggregated([{ partitionKey: 'k', data: compact }])), three],
    [
      'an aggregate of all of these',
      aggregated([
        { partitionKey: 'k', data: jsonBytes(cloudEvent()) },
        { partitionKey: 'l', explicitHashKey: '9', data: batch },
        { partitionKey: 'k', data: compact },
        { partitionKey: 'm', data: gzipSync(compact) },
        { partitionKey: 'k', data: gzipSync(batch) },
      ]),
      [one, ...three, ...three, ...three, ...three],
    ],
  ])('%s', (_, bytes, events) => {
    const result = decoded(bytes);
    expect(result.reasons).toEqual([]);
    expect(result.events).toEqual(events);
    expect(result.items.map(({ sub }) => sub)).toEqual(events.map((_, index) => index));
    expect(result.count).toBe(events.length);
  });

  test('in an array that is not a Buffer, in the middle of another', () => {
    const around = new Uint8Array(compact.length + 20).fill(0x7b);
    around.set(compact, 10);
    expect(decoded(around.subarray(10, 10 + compact.length)).events).toEqual(three);
  });
});

describe('what is no event is one item with its bytes:', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'an empty record'],
    ['white space', Buffer.from(' \n'), 'an empty record'],
    ['text', Buffer.from('hello'), 'of no known format'],
    ['a number', Buffer.from('12'), 'of no known format'],
    ['text that begins like a compact batch', Buffer.from('MR2{}'), 'of no known format'],
    ['half of the gzip magic', Buffer.from([0x1f, 0x00]), 'of no known format'],
    ['a part of the KPL magic', KPL_MAGIC.subarray(0, 3), 'of no known format'],
    ['JSON that is cut off', Buffer.from('{"specversion":"1.0"'), /^not JSON: /],
    ['JSON that goes on', Buffer.from('{}{}'), /^not JSON: /],
    ['a batch that is cut off', Buffer.from('[{}'), /^not JSON: /],
    ['JSON of something else', Buffer.from('{"a":1}'), /^not a CloudEvents event: specversion is missing/],
    ['what is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'not UTF-8'],
    ['a compact batch that is cut off', compact.subarray(0, -1), /^not a compact batch: not JSON/],
    ['gzip that is cut off', gzipSync(compact).subarray(0, -9), /^not gzip: /],
    ['gzip that is damaged', Buffer.from(gzipSync(compact)).fill(0, 20, 40), /^not gzip: /],
    [
      'an aggregate that is damaged',
      Buffer.concat([KPL_MAGIC, Buffer.alloc(20)]),
      /^an aggregated record, but its checksum/,
    ],
    ['an aggregate that is cut off', KPL_MAGIC, 'an aggregated record, but it is cut off'],
  ])('%s', (_, bytes, reason) => {
    const result = decoded(bytes);
    expect(result.items).toEqual([
      {
        sub: 0,
        reason: typeof reason === 'string' ? reason : (expect.stringMatching(reason) as string),
        bytes,
      },
    ]);
    expect(result.count).toBe(1);
  });

  test('gzip of nothing', () => {
    expect(decoded(gzipSync('')).items).toEqual([
      { sub: 0, reason: 'an empty record', bytes: Buffer.alloc(0) },
    ]);
  });

  test('gzip inside gzip', () => {
    const inner = gzipSync(compact);
    expect(decoded(gzipSync(inner)).items).toEqual([{ sub: 0, reason: 'gzip inside gzip', bytes: inner }]);
  });

  test('an aggregate inside an aggregate, between records that are fine', () => {
    const inner = aggregated([{ partitionKey: 'k', data: compact }]);
    const result = decoded(
      aggregated([
        { partitionKey: 'k', data: compact },
        { partitionKey: 'k', data: inner },
        { partitionKey: 'k', data: gzipSync(inner) },
        { partitionKey: 'k', data: compact },
      ]),
    );
    const reason = 'an aggregated record, but inside an aggregate';
    expect(result.items.slice(3, 5)).toEqual([
      { sub: 3, reason, bytes: inner },
      { sub: 4, reason, bytes: inner },
    ]);
    expect(result.events).toEqual([...three, ...three]);
    expect(result.count).toBe(8);
  });

  test('gzip inside an aggregate inside gzip', () => {
    const inner = gzipSync(compact);
    const result = decoded(gzipSync(aggregated([{ partitionKey: 'k', data: inner }])));
    expect(result.items).toMatchObject([{ sub: 0, reason: 'gzip inside gzip', bytes: inner }]);
  });

  test('one element of a batch, with its own bytes', () => {
    const bad = { ...cloudEvent(), time: 'noon' };
    const result = decoded(jsonBytes([cloudEvent(), bad, 5, cloudEvent()]));
    expect(result.items).toMatchObject([
      { sub: 0, event: one },
      {
        sub: 1,
        reason: 'not a CloudEvents event: time must be an RFC 3339 date-time; got "noon"',
        bytes: jsonBytes(bad),
      },
      { sub: 2, reason: 'not a CloudEvents event: must be an object; got 5', bytes: Buffer.from('5') },
      { sub: 3, event: one },
    ]);
    expect(result.count).toBe(4);
  });
});

describe('a record nested a hundred thousand levels deep', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const event = (data: string) => JSON.stringify(cloudEvent({ data: '@' })).replace('"@"', data);

  test.each([
    ['as an event', deep, 'not a CloudEvents event: must be an object; got a list'],
    ['as an event of objects', objects, /^not a CloudEvents event: specversion/],
    ['as data', event(deep), 'nested deeper than 64 levels'],
    ['as data of objects', event(objects), 'nested deeper than 64 levels'],
    ['as an element of a batch', `[${event(deep)}]`, 'nested deeper than 64 levels'],
    [
      'in a row',
      `MR1{"type":"t","source":"s","rows":[["a",0,"k",${deep}]]}`,
      'row of a compact batch: nested deeper than 64 levels',
    ],
  ])('%s', (_, text, reason) => {
    const bytes = Buffer.from(text);
    const { items } = decoded(bytes);
    expect(items).toMatchObject([
      { sub: 0, reason: typeof reason === 'string' ? reason : (expect.stringMatching(reason) as string) },
    ]);
    // Comparing the bytes one by one would take longer than all else.
    expect(items[0]).toHaveProperty('bytes.length', bytes.length);
  });
});

describe('bombs', () => {
  const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));

  test('gzip that inflates to more than the limit', () => {
    expect(decoded(bomb).items).toEqual([
      { sub: 0, reason: 'the record inflates to more than 8388608 bytes', bytes: bomb },
    ]);
  });

  test('the limit is exact', () => {
    const bytes = gzipSync(compact);
    expect(decoded(bytes, { maxInflated: compact.length }).events).toEqual(three);
    expect(decoded(bytes, { maxInflated: compact.length - 1 }).reasons).toEqual([
      `the record inflates to more than ${compact.length - 1} bytes`,
    ]);
  });

  test('the limit is for all compressed parts of a record together', () => {
    const part = { partitionKey: 'k', data: gzipSync(compact) };
    const plain = { partitionKey: 'k', data: compact };
    const result = decoded(aggregated([part, part, part, part, plain]), {
      maxInflated: 2.5 * compact.length,
    });
    expect(result.events).toEqual([...three, ...three, ...three]);
    expect(result.items.map(({ sub }) => sub)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(result.reasons).toHaveLength(2);
    expect(result.count).toBe(11);
  });

  test('what a compressed record holds is set aside compressed where that is shorter', () => {
    const bytes = gzipSync(Buffer.alloc(1_000_000, 'x'));
    expect(decoded(bytes).items).toEqual([{ sub: 0, reason: 'of no known format', bytes }]);
  });

  test('a record of half a million items that are no events', () => {
    const bytes = Buffer.from(`[${'0,'.repeat(500_000)}0,${JSON.stringify(cloudEvent())}]`);
    const result = decoded(bytes);
    expect(result.count).toBe(500_002);
    expect(result.events).toEqual([one]);
    expect(result.reasons).toHaveLength(MAX_REJECTS);
    expect(result.items[98]).toMatchObject({ sub: 98, bytes: Buffer.from('0') });
    expect(result.items[99]).toMatchObject({
      sub: 99,
      reason:
        'not a CloudEvents event: must be an object; got 0; perhaps more of this record, not told apart',
    });
    expect(result.items[99]).toHaveProperty('bytes.length', bytes.length);
  });
});

describe('the hash range of a shard', () => {
  const bytes = aggregated([
    { partitionKey: 'a', data: compact },
    { partitionKey: 'b', explicitHashKey: '1', data: jsonBytes(cloudEvent()) },
    { partitionKey: 'b', explicitHashKey: '1', data: Buffer.from('bad') },
    { partitionKey: 'c', data: jsonBytes(cloudEvent()) },
  ]);
  const only = (key: bigint) => decoded(bytes, { hashRange: { start: key, end: key } });

  test('leaves out what belongs elsewhere, without changing the numbers of the rest', () => {
    const all = decoded(bytes, { hashRange: { start: 0n, end: 2n ** 128n - 1n } });
    expect(all.items).toEqual(decoded(bytes).items);
    expect(only(hashKeyOf('a')).items).toEqual(all.items.slice(0, 3));
    expect(only(1n).items).toEqual(all.items.slice(3, 5));
    expect(only(hashKeyOf('c')).items).toEqual(all.items.slice(5));
    expect(only(2n).items).toEqual([]);
    expect(only(2n).count).toBe(6);
  });

  test('does not matter to records that are not aggregated', () => {
    expect(decoded(compact, { hashRange: { start: 5n, end: 5n } }).events).toEqual(three);
  });
});

test('event types give keys and trust', () => {
  const types = new Map([['network-traffic', { key: 'device', fingerprint: 'abc' }]]);
  const event = jsonBytes(cloudEvent({ partitionkey: undefined, id: 'x' }));
  expect(decoded(event, { types }).events[0]?.key).toBe('sensor-1');
  expect(decoded(encodeCompact([one], 'abc'), { types }).items).toMatchObject([{ trusted: true }]);
  expect(decoded(gzipSync(encodeCompact([one], 'abc')), { types }).items).toMatchObject([{ trusted: true }]);
  expect(decoded(encodeCompact([one], 'abc')).items).toMatchObject([{ trusted: false }]);
});

test('what the visitor throws passes through', () => {
  const visitor = new Collector();
  visitor.event = () => {
    throw new SyntaxError('of the visitor');
  };
  expect(() => decodeRecord(compact, visitor)).toThrow('of the visitor');
  expect(() => decodeRecord(gzipSync(compact), visitor)).toThrow('of the visitor');
});
