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

test('an id takes 8 bytes among few and 7 among many, and all in one bucket are no problem', () => {
  const many = (count: number, high: (i: number) => number) =>
    encodeIds(listOf(Array.from({ length: count }, (_, i) => [high(i), i] as const))).length;
  expect(many(0, () => 0)).toBe(1);
  expect(many(100, (i) => i << 24)).toBe(801);
  expect(many(10_000, (i) => Math.imul(i, 0x9e3779b1) >>> 0)).toBe(70_257);
  expect(many(300_000, () => 0)).toBe(1 + 255 + 3 + 2_100_000);
});

test.each([
  ['nothing', []],
  ['an unknown form', [2]],
  ['half an id', [0, 1, 2, 3]],
  ['counts that end early', [1, 5]],
  ['a bucket without its ids', [1, 1, ...Array<number>(255).fill(0)]],
])('%s is refused', (_, bytes) => {
  expect(() => decodeIds(Uint8Array.from(bytes), new IdSet())).toThrow(IdFormatError);
});
