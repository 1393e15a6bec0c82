import { describe, expect, test } from 'vitest';
import { compactRow, encodeCompact, joinRows, visitCompact } from '../../../shared/events/compact.ts';
import { schemaFingerprint } from '../../../shared/events/fingerprint.ts';
import type { KnownTypes } from '../../../shared/events/known-types.ts';
import { knownTypes } from '../../../shared/events/known-types.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { Collector, streamEvent, streamEvents } from '../../factories/events.ts';

const read = (bytes: Buffer, types?: KnownTypes, first = 0) => {
  const collector = new Collector();
  const next = visitCompact(bytes, first, collector, collector, types);
  expect(collector.items.map(({ sub }) => sub)).toEqual(collector.items.map((_, index) => first + index));
  expect(next).toBe(first + collector.items.length);
  return collector;
};

/** A batch of rows as given. */
const batchOf = (...rows: unknown[]) =>
  joinRows(
    { type: 't', source: 's' },
    rows.map((row) => JSON.stringify(row)),
  );

test('a batch has the documented form', () => {
  const [a, b] = streamEvents(2, { data: { x: 1 } });
  expect(encodeCompact([a!, { ...b!, extra: { subject: 's' } }], 'abc').toString()).toBe(
    'MR1{"type":"network-traffic","source":"/test/fleet","schema":"abc","rows":[' +
      '["event-0",1767225600000,"sensor-1",{"x":1}],["event-1",1767225601000,"sensor-1",{"x":1},{"subject":"s"}]]}',
  );
});

test('what is written is read back, numbered on from any number', () => {
  const events = [
    ...streamEvents(3),
    streamEvent({ id: 'x', extra: { time: '2026-01-01T00:00:00Z', n: [1] } }),
  ];
  expect(read(encodeCompact(events), undefined, 7).events).toEqual(events);
});

test('the size of a batch is known from its rows', () => {
  const events = streamEvents(3);
  const rows = events.map(compactRow);
  const empty = joinRows(events[0]!, []).length;
  expect(joinRows(events[0]!, rows)).toHaveLength(
    empty + rows.reduce((sum, row) => sum + Buffer.byteLength(row) + 1, -1),
  );
  expect(joinRows({ type: 'network-traffic', source: '/test/fleet' }, rows)).toEqual(encodeCompact(events));
});

test('a batch of no events cannot be written, one of no rows can be read', () => {
  expect(() => encodeCompact([])).toThrow(RangeError);
  expect(read(batchOf()).items).toEqual([]);
});

test('events of several types or sources cannot share a batch', () => {
  expect(() => encodeCompact([streamEvent(), streamEvent({ type: 'other' })])).toThrow(RangeError);
  expect(() => encodeCompact([streamEvent(), streamEvent({ source: 'other' })])).toThrow(RangeError);
});

describe('trust', () => {
  const type = traffic as unknown as EventType;
  const types = knownTypes([type]);
  const trusted = (schema: string | undefined, known: KnownTypes | undefined, event = streamEvent()) =>
    read(encodeCompact([event], schema), known).items.map((item) => 'trusted' in item && item.trusted);

  test('is for the fingerprint of the same schema', () => {
    expect(trusted(schemaFingerprint(type), types)).toEqual([true]);
  });

  test('is not for another, none, or a type that is not known', () => {
    expect(trusted('another', types)).toEqual([false]);
    expect(trusted(undefined, types)).toEqual([false]);
    expect(trusted(schemaFingerprint(type), undefined)).toEqual([false]);
    expect(trusted(schemaFingerprint(type), types, streamEvent({ type: 'other' }))).toEqual([false]);
    expect(trusted(undefined, types, streamEvent({ type: 'other' }))).toEqual([false]);
  });
});

describe('a batch that cannot be read is one item', () => {
  const whole = encodeCompact(streamEvents(3));

  test('cut off anywhere', () => {
    for (let length = 3; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      expect(read(cut).items).toEqual([
        { sub: 0, reason: expect.stringMatching(/^not a compact batch: not JSON: /) as string, bytes: cut },
      ]);
    }
  });

  test.each([
    ['null', 'must be an object; got null'],
    ['[]', 'type must be a text; got nothing'],
    ['{"type":"","source":"s","rows":[]}', 'type must be a text; got ""'],
    ['{"type":"t","source":5,"rows":[]}', 'source must be a text; got 5'],
    ['{"type":"t","source":"s","schema":5,"rows":[]}', 'schema must be a text; got 5'],
    ['{"type":"t","source":"s","rows":{}}', 'rows must be a list; got an object'],
    ['{"type":"t","source":"s"}', 'rows must be a list; got nothing'],
  ])('%s', (json, reason) => {
    expect(read(Buffer.from(`MR1${json}`)).reasons).toEqual([`not a compact batch: ${reason}`]);
  });

  test('not UTF-8', () => {
    const bytes = encodeCompact([streamEvent({ key: 'naïve' })]);
    bytes[bytes.indexOf('ï')] = 0xff;
    expect(read(bytes).reasons).toEqual(['not a compact batch: not UTF-8']);
  });
});

describe('a row that cannot be read', () => {
  const good = ['a', 0, 'k', null];
  test.each([
    [5, 'must be a list; got 5'],
    [null, 'must be a list; got null'],
    [['a', 0, 'k'], 'must have 4 or 5 elements; got 3'],
    [[...good, {}, 1], 'must have 4 or 5 elements; got 6'],
    [['', 0, 'k', 1], 'id must be a text that is not empty; got ""'],
    [['a', '2026-01-01T00:00:00Z', 'k', 1], 'time must be epoch milliseconds; got "2026-01-01T00:00:00Z"'],
    [['a', 0.5, 'k', 1], 'time must be epoch milliseconds; got 0.5'],
    [['a', 1e300, 'k', 1], 'time must be epoch milliseconds; got 1e+300'],
    [['a', 0, 7, 1], 'key must be a text that is not empty; got 7'],
    [[...good, null], 'extra must be an object of attributes that the row does not hold'],
    [[...good, []], 'extra must be an object of attributes that the row does not hold'],
    [[...good, { id: 'b' }], 'extra must be an object of attributes that the row does not hold'],
    [
      [...good, { time: '2026-01-01T00:00:00Z' }],
      'extra must be an object of attributes that the row does not hold',
    ],
  ])('%j', (row, reason) => {
    const { items } = read(batchOf(good, row, good));
    expect(items[1]).toEqual({
      sub: 1,
      reason: `row of a compact batch: ${reason}`,
      bytes: batchOf(row),
    });
    expect(items.filter((item) => 'event' in item)).toHaveLength(2);
  });

  test('is given as the whole batch where it is nested too deep to be written', () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    const bytes = joinRows({ type: 't', source: 's' }, [
      `["a",0,"k",${deep}]`,
      `["a",0,"k",0,{"x":${deep}}]`,
      deep,
    ]);
    const { items, reasons } = read(bytes);
    expect(reasons).toEqual([
      'row of a compact batch: nested deeper than 64 levels',
      'row of a compact batch: nested deeper than 64 levels',
      'row of a compact batch: must have 4 or 5 elements; got 1',
    ]);
    for (const item of items) expect('bytes' in item && item.bytes).toBe(bytes);
  });
});
