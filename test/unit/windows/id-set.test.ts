import { expect, test } from 'vitest';
import { IdList, IdSet } from '../../../shared/windows/id-set.ts';

/** A full-period generator: halves that look random, every run the same. */
function* hashes(count: number, seed = 1): Generator<[high: number, low: number]> {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  for (let i = 0; i < count; i++) yield [next(), next()];
}

test('an id is new once', () => {
  const ids = new IdSet();
  expect(ids.has(1, 2)).toBe(false);
  expect(ids.add(1, 2)).toBe(true);
  expect(ids.add(1, 2)).toBe(false);
  expect(ids.add(2, 1)).toBe(true);
  expect(ids.has(1, 2)).toBe(true);
  expect(ids.size).toBe(2);
});

test.each([
  [0, 0],
  [0, 1],
  [1, 0],
  [0xffffffff, 0xffffffff],
  [0x80000000, 0x80000000],
])('the id (%i, %i) is like any other', (high, low) => {
  const ids = new IdSet();
  expect(ids.has(high, low)).toBe(false);
  expect(ids.add(high, low)).toBe(true);
  expect(ids.add(high, low)).toBe(false);
  expect(ids.has(high, low)).toBe(true);
  expect(ids.size).toBe(1);
  const seen: [number, number][] = [];
  ids.forEach((...id) => {
    seen.push(id);
  });
  expect(seen).toEqual([[high, low]]);
});

test.each([0, 0x7fffffff, 0xffffffff])(
  'ids that want the place of %i are kept apart, across the end too',
  (high) => {
    const ids = new IdSet();
    for (let low = 1; low <= 100; low++) expect(ids.add(high, low)).toBe(true);
    for (let low = 1; low <= 100; low++) expect(ids.add(high, low)).toBe(false);
    expect(ids.has(high, 101)).toBe(false);
    expect(ids.size).toBe(100);
    for (let low = 101; low <= 400; low++) ids.add(high, low);
    expect(ids.size).toBe(400);
    for (let low = 1; low <= 400; low++) expect(ids.has(high, low)).toBe(true);
  },
);

test('growing loses and invents nothing', () => {
  const ids = new IdSet();
  const known = new Set<bigint>();
  for (const [high, low] of hashes(20_000)) {
    const id = (BigInt(high) << 32n) | BigInt(low);
    expect(ids.add(high, low)).toBe(!known.has(id));
    known.add(id);
  }
  expect(ids.size).toBe(known.size);
  for (const [high, low] of hashes(20_000)) expect(ids.has(high, low)).toBe(true);
  const held = new Set<bigint>();
  ids.forEach((high, low) => {
    held.add((BigInt(high) << 32n) | BigInt(low));
  });
  expect(held).toEqual(known);
});

test('a million ids fit 16 MB', () => {
  const ids = new IdSet(1_000_000);
  const before = ids.byteLength;
  for (const [high, low] of hashes(1_000_000, 7)) ids.add(high, low);
  expect(ids.byteLength).toBe(before);
  expect(before).toBeLessThanOrEqual(16 * 2 ** 20);
});

test('a list keeps order and repetitions', () => {
  const list = new IdList();
  const given = [...hashes(100), [0, 0], [0, 0]] as [number, number][];
  for (const [high, low] of given) list.add(high, low);
  expect([...list.halves()]).toEqual(given.flat());
  expect(list.size).toBe(102);
});
