import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ALL_HASH_KEYS, recordsInRange } from '../../../shared/streams/hash-range.ts';
import { hashKeyOf, KPL_MAGIC, readAggregate } from '../../../shared/streams/kpl.ts';
import { aggregated, type UserRecord } from '../../factories/events.ts';

const records: UserRecord[] = [
  { partitionKey: 'a', data: Buffer.from('one') },
  { partitionKey: 'b', explicitHashKey: '12345', data: Buffer.from([0, 255, 128]) },
  { partitionKey: 'a', data: Buffer.alloc(20_000, 'x') },
  { partitionKey: 'é漢', explicitHashKey: '12345', data: Buffer.alloc(1) },
];

/** An aggregated record around a protobuf message written by hand. */
const wrap = (...message: number[]): Buffer => {
  const bytes = Buffer.from(message);
  return Buffer.concat([KPL_MAGIC, bytes, createHash('md5').update(bytes).digest()]);
};

const PARTITION_KEY = [0x0a, 1, 0x61];
const HASH_KEY = [0x12, 1, 0x37];
const RECORD = [0x1a, 5, 0x08, 0, 0x1a, 1, 0x78];
const A_RECORD = { partitionKey: 'a', explicitHashKey: undefined, data: Buffer.from('x') };

test('splits what the module of AWS aggregates', () => {
  expect(readAggregate(aggregated(records))).toEqual(
    records.map((record) => ({ explicitHashKey: undefined, ...record })),
  );
});

test('splits hundreds of records and keys, whose indexes take two bytes', () => {
  const many = Array.from({ length: 500 }, (_, n) => ({
    partitionKey: `key-${n}`,
    explicitHashKey: String(n + 1),
    data: Buffer.from(`data ${n}`),
  }));
  expect(readAggregate(aggregated(many))).toEqual(many);
});

describe('as protobuf allows it:', () => {
  test('records before their tables', () => {
    expect(readAggregate(wrap(...RECORD, ...PARTITION_KEY))).toEqual([A_RECORD]);
  });

  test('tags, and fields of every wire type that this version does not know', () => {
    const unknown = [
      0x20,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      1,
      0x29,
      ...Array<number>(8).fill(1),
    ];
    const fixed = [0x35, 1, 2, 3, 4];
    const tagged = [0x1a, 12, 0x08, 0, 0x1a, 1, 0x78, 0x22, 5, 0x0a, 1, 0x6b, 0x12, 0];
    expect(readAggregate(wrap(...unknown, ...PARTITION_KEY, ...fixed, ...tagged))).toEqual([A_RECORD]);
  });

  test('nothing at all', () => {
    expect(readAggregate(wrap())).toEqual([]);
  });

  test('an index in more bytes than it needs', () => {
    expect(readAggregate(wrap(...PARTITION_KEY, 0x1a, 6, 0x08, 0x80, 0, 0x1a, 1, 0x78))).toEqual([A_RECORD]);
  });
});

describe('refuses', () => {
  test.each([
    ['what is cut off', aggregated(records).subarray(0, 19), 'it is cut off'],
    ['what is cut off later', aggregated(records).subarray(0, -1), 'its checksum is wrong'],
    ['a changed byte', Buffer.from(aggregated(records)).fill(1, 10, 11), 'its checksum is wrong'],
    ['a record longer than the message', wrap(...PARTITION_KEY, 0x1a, 99, 0x08), 'its message is malformed'],
    ['a varint without end', wrap(0x08, 0xff), 'its message is malformed'],
    ['a varint of eleven bytes', wrap(0x08, ...Array<number>(10).fill(0xff), 1), 'its message is malformed'],
    ['a fixed field that is cut off', wrap(0x29, 1, 2), 'its message is malformed'],
    ['a group', wrap(0x0b), 'its message is malformed'],
    ['a record without data', wrap(...PARTITION_KEY, 0x1a, 2, 0x08, 0), 'a record in it has no data'],
    ['a record without key', wrap(0x1a, 3, 0x1a, 1, 0x78), 'a record in it has no partition key'],
    ['an index beyond the table', wrap(...RECORD), 'a record in it names a key that its table lacks'],
    [
      'a hash key that is not a number',
      wrap(...PARTITION_KEY, 0x12, 1, 0x2d, 0x1a, 7, 0x08, 0, 0x10, 0, 0x1a, 1, 0x78),
      'a record in it has an explicit hash key that is not a number',
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => readAggregate(bytes)).toThrow(expect.objectContaining({ name: 'KplFormatError', message }));
  });
});

describe('hash keys', () => {
  test('are the MD5 of the partition key', () => {
    // The example of https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html, computed by Python's hashlib.
    expect(hashKeyOf('a')).toBe(BigInt('0x0cc175b9c0f1b6a831c399e269772661'));
    expect(hashKeyOf('é漢')).toBe(BigInt(`0x${createHash('md5').update('é漢', 'utf8').digest('hex')}`));
  });

  const range = (start: bigint, end: bigint) =>
    recordsInRange(
      readAggregate(wrap(...PARTITION_KEY, ...HASH_KEY, ...RECORD, 0x1a, 7, 0x08, 0, 0x10, 0, 0x1a, 1, 0x78)),
      {
        start,
        end,
      },
    );

  test('decide what belongs to a shard, both ends included, the explicit one first', () => {
    const md5 = hashKeyOf('a');
    expect(range(0n, 6n)).toEqual([false, false]);
    expect(range(0n, 7n)).toEqual([false, true]);
    expect(range(7n, 8n)).toEqual([false, true]);
    expect(range(8n, md5)).toEqual([true, false]);
    expect(range(md5, md5)).toEqual([true, false]);
    expect(range(md5 + 1n, 2n ** 128n - 1n)).toEqual([false, false]);
    expect(range(ALL_HASH_KEYS.start, ALL_HASH_KEYS.end)).toEqual([true, true]);
  });
});
