import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../shared/windows/bytes.ts';
import { DeltaFormatError } from '../../../shared/windows/errors.ts';

const INFINITY = Number.POSITIVE_INFINITY;

function roundTrip(numbers: readonly number[], absent = 0): { numbers: number[]; size: number } {
  const writer = new ByteWriter();
  writer.column(Float64Array.from(numbers));
  const bytes = writer.finish();
  const into = new Float64Array(numbers.length);
  new ByteReader(bytes).column(into, 0, numbers.length, absent);
  return { numbers: [...into], size: bytes.length };
}

test.each([
  ['none', []],
  ['zeros', [0, 0, 0]],
  ['one value over and over', [7, 7, 7]],
  ['a byte', [0, 255]],
  ['more than a byte', [0, 256, 65_535]],
  ['negative', [-1, -300, 5]],
  ['beyond 32 bits', [2 ** 32, 2 ** 33 + 1, 3]],
  ['the largest', [0, Number.MAX_SAFE_INTEGER]],
  ['the smallest', [Number.MIN_SAFE_INTEGER, 0]],
  ['a range that no plane can hold', [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
  ['fractions', [0.1, -1e-300, 1e300, 3]],
])('a column survives: %s', (_, numbers) => {
  expect(roundTrip(numbers).numbers).toEqual(numbers);
});

test('an infinity, where there was no value yet, survives', () => {
  expect(roundTrip([INFINITY, 1], INFINITY).numbers).toEqual([INFINITY, 1]);
  expect(roundTrip([-INFINITY, -INFINITY], -INFINITY).numbers).toEqual([-INFINITY, -INFINITY]);
});

test('whole numbers take as many bytes as their range needs', () => {
  const { size } = roundTrip(Array.from({ length: 1_000 }, (_, i) => 10_000_000 + (i % 200)));
  expect(size).toBeLessThan(1_020);
});

test('every column survives', () => {
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  );
  fc.assert(
    fc.property(fc.array(number), (numbers) => {
      expect(roundTrip(numbers).numbers).toEqual(numbers);
    }),
  );
});

test('counts, blocks and text follow each other', () => {
  const writer = new ByteWriter();
  for (const count of [0, 127, 128, 2 ** 31, Number.MAX_SAFE_INTEGER]) writer.count(count);
  writer.block(new Uint8Array(10_000).fill(7));
  writer.json(['\ud800', '\u0000', 'ü']);
  const reader = new ByteReader(writer.finish());
  for (const count of [0, 127, 128, 2 ** 31, Number.MAX_SAFE_INTEGER]) expect(reader.count()).toBe(count);
  expect(reader.block()).toHaveLength(10_000);
  expect(reader.json()).toEqual(['\ud800', '\u0000', 'ü']);
});

test.each([
  ['nothing at all', [], (reader: ByteReader) => reader.byte()],
  ['a length without its bytes', [5, 1], (reader: ByteReader) => reader.block()],
  ['a length beyond all numbers', Array<number>(20).fill(255), (reader: ByteReader) => reader.count()],
  ['broken JSON', [1, 123], (reader: ByteReader) => reader.json()],
  ['broken UTF-8', [3, 34, 255, 34], (reader: ByteReader) => reader.json()],
  ['an unknown tag', [9, 1, 48], (reader: ByteReader) => reader.column(new Float64Array(1), 0, 1, 0)],
  ['missing planes', [2, 1, 48, 1], (reader: ByteReader) => reader.column(new Float64Array(1), 0, 1, 0)],
  ['too few numbers', [255, 2, 91, 93], (reader: ByteReader) => reader.column(new Float64Array(1), 0, 1, 0)],
])('%s is refused', (_, bytes, read) => {
  expect(() => read(new ByteReader(Uint8Array.from(bytes)))).toThrow(DeltaFormatError);
});
