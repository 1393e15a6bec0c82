import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeIds, encodeIds, IdFormatError } from '../../../shared/windows/id-encoding.ts';
import { IdList, IdSet } from '../../../shared/windows/id-set.ts';

const half = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0xffffffff, 0x80000000));

const listOf = (ids: readonly (readonly [number, number])[]) => {
  const list = new IdList();
  for (const [high, low] of ids) list.add(high, low);
  return list;
};

const sorted = (ids: IdList) => {
  const halves = [...ids.halves()];
  return Array.from(
    { length: ids.size },
    (_, index) => `${halves[2 * index]}/${halves[2 * index + 1]}`,
  ).sort();
};

test('ids survive encoding, few and many', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 600, size: 'max' }), (ids) => {
      const decoded = new IdList();
      decodeIds(encodeIds(listOf(ids)), decoded);
      expect(sorted(decoded)).toEqual(sorted(listOf(ids)));
    }),
    { numRuns: 60 },
  );
});

test('ids are read from the middle of a buffer into a set', () => {
  const ids = listOf(Array.from({ length: 1_000 }, (_, i) => [Math.imul(i, 0x9e3779b1) >>> 0, i] as const));
  const bytes = encodeIds(ids);
  const padded = new Uint8Array(bytes.length + 3);
  padded.set(bytes, 3);
  const set = new IdSet();
  decodeIds(padded.subarray(3), set);
  expect(set.size).toBe(1_000);
  const read = new IdList();
  set.forEach((high, low) => {
    read.add(high, low);
  });
  expect(sorted(read)).toEqual(sorted(ids));
});

test.each([
  ['no id', 0, 3],
  ['one', 1, 11],
  ['a thousand', 1_000, 7_067],
  ['ten thousand', 10_000, 66_027],
  ['a hundred thousand', 100_000, 620_696],
])('%s: %i take %i bytes', (_, count, size) => {
  const ids = listOf(Array.from({ length: count }, (_, i) => [Math.imul(i, 0x9e3779b1) >>> 0, i] as const));
  const bytes = encodeIds(ids);
  expect(bytes).toHaveLength(size);
  const decoded = new IdList();
  decodeIds(bytes, decoded);
  expect(sorted(decoded)).toEqual(sorted(ids));
});

test('ids that all begin with the same bits are like any others', () => {
  for (const high of [0, 0xffffffff]) {
    const ids = listOf(Array.from({ length: 5_000 }, (_, i) => [high, i] as const));
    const decoded = new IdList();
    decodeIds(encodeIds(ids), decoded);
    expect(sorted(decoded)).toEqual(sorted(ids));
  }
});

const encoded = () => encodeIds(listOf(Array.from({ length: 300 }, (_, i) => [i << 22, i] as const)));

test('ids cut short, or longer than they say, are refused', () => {
  const bytes = encoded();
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeIds(bytes.subarray(0, length), new IdSet())).toThrow(IdFormatError);
  }
  expect(() => decodeIds(Uint8Array.of(...bytes, 0), new IdSet())).toThrow(IdFormatError);
});

test('an unknown form and a damaged bitmap are refused', () => {
  expect(() => decodeIds(Uint8Array.of(9, 0), new IdSet())).toThrow('the unknown form 9');
  const bytes = encoded();
  bytes.fill(0, 3, 40);
  expect(() => decodeIds(bytes, new IdSet())).toThrow(IdFormatError);
});
