import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cloudEventOf } from '../../shared/events/cloudevents.ts';
import { encodeCompact } from '../../shared/events/compact.ts';
import type { StreamEvent } from '../../shared/events/types.ts';
import { KPL_MAGIC } from '../../shared/streams/kpl.ts';
import { aggregated, cloudEvent, decoded, jsonBytes, streamEvents } from '../factories/events.ts';

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
);
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const time = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });

/** Attributes in the form in which reading gives them: those with a field of their own or a default value are not extra. */
const extra = fc
  .dictionary(
    fc.oneof(fc.stringMatching(/^[a-z0-9]{1,20}$/), fc.constantFrom('subject', 'dataschema')),
    json,
    { minKeys: 1, maxKeys: 4 },
  )
  .filter(
    (given) =>
      !['specversion', 'id', 'source', 'type', 'time', 'data', 'partitionkey', 'datacontenttype'].some(
        (own) => own in given,
      ),
  );

const event: fc.Arbitrary<StreamEvent> = fc
  .tuple(
    fc.record({ type: name, source: name, id: name, time, key: name, data: json }),
    fc.option(extra, { nil: undefined }),
  )
  .map(([fields, more]) => (more === undefined ? fields : { ...fields, extra: more }));

/** The module of AWS keeps keys as names of an object, which puts whole numbers first: its indexes are then wrong. */
const kplKey = fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => `k${text}`);

/** Events that may share a compact batch. */
const events = fc
  .tuple(name, name, fc.array(event, { minLength: 1, maxLength: 5 }))
  .map(([type, source, list]) => list.map((one) => ({ ...one, type, source })));

const cloudEvents = (list: readonly StreamEvent[]) => jsonBytes(list.map(cloudEventOf));

describe('round trips', () => {
  test('events of every form come back as they were', () => {
    fc.assert(
      fc.property(events, (list) => {
        for (const bytes of [cloudEvents(list), encodeCompact(list), gzipSync(encodeCompact(list))]) {
          const result = decoded(bytes);
          expect(result.reasons).toEqual([]);
          expect(result.events).toEqual(list);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a CloudEvents event survives the compact form, whatever its time and attributes look like', () => {
    const zone = fc.constantFrom('Z', 'z', '+01:00', '-23:59', '+00:00');
    const text = fc
      .tuple(
        fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 }),
        fc.constantFrom('', '.5', '.123', '.123456'),
        zone,
      )
      .map(([ms, digits, offset]) => new Date(ms).toISOString().slice(0, 19) + digits + offset);
    fc.assert(
      fc.property(event, text, (given, timeText) => {
        const original = { ...JSON.parse(JSON.stringify(cloudEventOf(given))), time: timeText } as unknown;
        const [read] = decoded(jsonBytes(original)).events;
        const [again] = decoded(encodeCompact([read!])).events;
        expect(JSON.parse(JSON.stringify(cloudEventOf(again!)))).toEqual(original);
      }),
      { numRuns: 500 },
    );
  });

  test('aggregates made by the module of AWS give their records in order', () => {
    const record = fc.record({
      partitionKey: kplKey,
      explicitHashKey: fc.option(fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }).map(String), {
        nil: undefined,
      }),
      events,
      form: fc.constantFrom(cloudEvents, encodeCompact, (list: readonly StreamEvent[]) =>
        gzipSync(encodeCompact(list)),
      ),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), (records) => {
        const bytes = aggregated(
          records.map(({ events: list, form, ...keys }) => ({ ...keys, data: form(list) })),
        );
        const result = decoded(bytes);
        expect(result.events).toEqual(records.flatMap(({ events: list }) => list));
      }),
      { numRuns: 200 },
    );
  });
});

describe('whatever the bytes', () => {
  const list = streamEvents(3);
  const good = [
    jsonBytes(cloudEvent()),
    cloudEvents(list),
    encodeCompact(list),
    gzipSync(encodeCompact(list)),
    aggregated([
      { partitionKey: 'a', data: encodeCompact(list) },
      { partitionKey: 'b', explicitHashKey: '5', data: gzipSync(cloudEvents(list)) },
      { partitionKey: 'c', data: Buffer.from('bad') },
    ]),
  ];
  const fromBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const prefixed = fc
    .tuple(
      fc.constantFrom(
        '{',
        '[',
        'MR1{',
        '[{',
        ' {',
        'MR1{"type":"t","source":"s","rows":[',
        KPL_MAGIC,
        Buffer.from([0x1f, 0x8b, 8, 0]),
      ),
      fromBytes,
    )
    .map(([start, rest]) => Buffer.concat([Buffer.from(start), rest]));
  const damaged = fc
    .tuple(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 4 }),
      fc.nat(2000),
    )
    .map(([bytes, changes, cut]) => {
      const copy = Buffer.from(bytes);
      for (const [at, byte] of changes) copy[at % copy.length] = byte;
      return cut < copy.length ? copy.subarray(0, cut) : copy;
    });
  const anyJson = fc.oneof(
    fc.jsonValue().map(jsonBytes),
    fc.array(fc.oneof(fc.jsonValue(), fc.constant(cloudEvent()))).map(jsonBytes),
    fc
      .record({
        type: fc.oneof(fc.jsonValue(), name),
        source: name,
        rows: fc.array(fc.oneof(fc.jsonValue(), fc.constant(['a', 0, 'k', null]))),
      })
      .map((batch) => Buffer.from(`MR1${JSON.stringify(batch)}`)),
  );
  const plain = fc.oneof(fromBytes, prefixed, damaged, anyJson);
  const records = fc.oneof(
    plain,
    plain.map((bytes) => gzipSync(bytes)),
    fc
      .array(fc.record({ partitionKey: kplKey, data: plain.filter((bytes) => bytes.length > 0) }), {
        minLength: 1,
        maxLength: 4,
      })
      .map(aggregated),
  );

  test('decoding does not throw, and numbers every item once', () => {
    fc.assert(
      fc.property(records, (bytes) => {
        const result = decoded(bytes);
        expect(result.items.map(({ sub }) => sub)).toEqual(
          Array.from({ length: result.count }, (_, sub) => sub),
        );
        for (const item of result.items) {
          if ('event' in item) {
            const { type, source, id, key, time: at, data } = item.event;
            for (const text of [type, source, id, key]) expect(text.length).toBeGreaterThan(0);
            expect(new Date(at).toISOString()).toHaveLength(24);
            expect(data).not.toBeUndefined();
          } else {
            expect(item.reason).not.toBe('');
            expect(item.bytes.length).toBeLessThanOrEqual(bytes.length);
          }
        }
        expect(decoded(bytes).items).toEqual(result.items);
      }),
      { numRuns: process.env.RUNS === undefined ? 1000 : 10_000 },
    );
  });

  test('every hash range gives a part of the same items', () => {
    const key = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
    fc.assert(
      fc.property(records, key, (bytes, middle) => {
        const all = decoded(bytes);
        const low = decoded(bytes, { hashRange: { start: 0n, end: middle } });
        const high = decoded(bytes, { hashRange: { start: middle + 1n, end: 2n ** 128n - 1n } });
        expect([low.count, high.count]).toEqual([all.count, all.count]);
        const both = new Map([...low.items, ...high.items].map((item) => [item.sub, item]));
        expect([...both.values()].sort((a, b) => a.sub - b.sub)).toEqual(all.items);
      }),
      { numRuns: 500 },
    );
  });

  test('what was set aside of a row or an element is refused again', () => {
    fc.assert(
      fc.property(anyJson, (bytes) => {
        for (const item of decoded(bytes).items) {
          // An element that is a list is a batch by itself.
          if ('event' in item || item.bytes[0] === 0x5b) continue;
          expect(decoded(item.bytes).reasons.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
