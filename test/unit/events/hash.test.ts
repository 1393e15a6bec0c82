import { describe, expect, test } from 'vitest';
import { EventHash } from '../../../shared/events/hash.ts';

const hash = new EventHash();
const hashOf = (source: string, id: string): bigint => {
  hash.compute(source, id);
  return (BigInt(hash.hi) << 32n) | BigInt(hash.lo);
};

/** Mixes the bits of a number: the finalizer of MurmurHash3 with other constants (https://nullprogram.com/blog/2018/07/31/). */
const mixed = (n: number): number => {
  const once = Math.imul(n ^ (n >>> 16), 0x7feb352d);
  const twice = Math.imul(once ^ (once >>> 15), 0x846ca68b);
  return (twice ^ (twice >>> 16)) >>> 0;
};
const FOUR_DIGITS = Array.from({ length: 65_536 }, (_, n) => n.toString(16).padStart(4, '0'));
const digits = (n: number): string => FOUR_DIGITS[n & 0xffff]!;

/** A random id that is the same in every run; a digest would take several times longer than the hash itself. */
const uuid = (n: number): string => {
  const [a, b, c, d] = [mixed(4 * n), mixed(4 * n + 1), mixed(4 * n + 2), mixed(4 * n + 3)];
  const version = digits(0x4000 | (c & 0xfff));
  const variant = digits(0xa000 | ((c >>> 16) & 0xfff));
  return `${digits(a >>> 16)}${digits(a)}-${digits(b)}-${version}-${variant}-${digits(b >>> 16)}${digits(d >>> 16)}${digits(d)}`;
};

test('is the same in every version: commits in the state table hold it', () => {
  expect([
    hashOf('', ''),
    hashOf('s', 'id'),
    hashOf('/test/fleet', 'ab😀cdé漢字efgh'),
  ]).toMatchInlineSnapshot(`
    [
      0n,
      6175200885044029249n,
      456810315726880862n,
    ]
  `);
});

test('does not depend on what was hashed before', () => {
  const expected = hashOf('/a', 'x');
  hashOf('/b', 'x');
  expect(hashOf('/a', 'x')).toBe(expected);
  const other = new EventHash();
  other.compute('/a', 'x');
  expect([other.hi, other.lo]).toEqual([Number(expected >> 32n), Number(expected & 0xffffffffn)]);
});

test('tells where the source ends and the id begins', () => {
  const splits = ['', 'a', 'ab', 'abc', 'abcd', 'abcde', 'abcdef'].map((start) =>
    hashOf(start, 'abcdef'.slice(start.length)),
  );
  expect(new Set(splits).size).toBe(splits.length);
});

test('tells texts apart that pack into the same bytes', () => {
  const texts = [
    'abcd',
    'abcd\0',
    'abcd\0\0\0\0',
    '\u6261\u6463',
    'a\0b\0',
    'ab\0\0',
    '\u0161bcd',
    'abc',
    '',
    '\0',
  ];
  expect(new Set(texts.map((text) => hashOf('s', text))).size).toBe(texts.length);
});

describe('collisions and distribution', () => {
  const sets: Record<string, (n: number) => string> = {
    'random UUIDs': uuid,
    counters: (n) => String(n),
    'padded counters': (n) => String(n).padStart(12, '0'),
    'device and sequence': (n) => `device-${n % 1000}-${Math.floor(n / 1000)}`,
    'texts beyond Latin-1': (n) =>
      `événement-${String.fromCharCode(0x4e00 + (n % 5000))}-${Math.floor(n / 5000)}`,
  };

  test.each(Object.entries(sets))('of many %s', (_, id) => {
    const N = 250_000;
    const hashes = new BigUint64Array(N);
    const highBuckets = new Uint32Array(1024);
    const lowBuckets = new Uint32Array(1024);
    const ones = new Uint32Array(64);
    for (let n = 0; n < N; n++) {
      hash.compute('/test/fleet', id(n));
      const { hi, lo } = hash;
      hashes[n] = (BigInt(hi) << 32n) | BigInt(lo);
      highBuckets[hi >>> 22]!++;
      lowBuckets[lo & 1023]!++;
      for (let bit = 0; bit < 32; bit++) {
        ones[bit]! += (hi >>> bit) & 1;
        ones[bit + 32]! += (lo >>> bit) & 1;
      }
    }
    hashes.sort();
    let collisions = 0;
    for (let n = 1; n < N; n++) if (hashes[n] === hashes[n - 1]) collisions++;
    expect(collisions).toBe(0);
    // Chi-squared with 1023 degrees of freedom: 1023 +- 45; ten standard deviations.
    for (const buckets of [highBuckets, lowBuckets]) {
      const mean = N / buckets.length;
      const chi = buckets.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
      expect(Math.abs(chi - 1023)).toBeLessThan(450);
    }
    // A bit is set in half of them: standard deviation 250.
    for (const count of ones) expect(Math.abs(count - N / 2)).toBeLessThan(1_500);
  });

  test('each half alone collides no more often than chance', () => {
    const N = 1_000_000;
    const high = new Uint32Array(N);
    const low = new Uint32Array(N);
    for (let n = 0; n < N; n++) {
      hash.compute('/test/fleet', `device-${n % 1000}-${Math.floor(n / 1000)}`);
      high[n] = hash.hi;
      low[n] = hash.lo;
    }
    for (const half of [high, low]) {
      half.sort();
      let collisions = 0;
      for (let n = 1; n < N; n++) if (half[n] === half[n - 1]) collisions++;
      // Expected: N^2 / 2 / 2^32 = 116.
      expect(collisions).toBeGreaterThan(60);
      expect(collisions).toBeLessThan(180);
    }
  });
});

test('one changed bit of the id changes half of the hash', () => {
  const flips = new Uint32Array(64);
  let runs = 0;
  for (let n = 0; n < 300; n++) {
    const id = uuid(n);
    hash.compute('/test/fleet', id);
    const { hi, lo } = hash;
    for (let at = 0; at < id.length; at++) {
      for (let bit = 0; bit < 7; bit++) {
        const changed =
          id.slice(0, at) + String.fromCharCode(id.charCodeAt(at) ^ (1 << bit)) + id.slice(at + 1);
        hash.compute('/test/fleet', changed);
        for (let out = 0; out < 32; out++) {
          flips[out]! += ((hi ^ hash.hi) >>> out) & 1;
          flips[out + 32]! += ((lo ^ hash.lo) >>> out) & 1;
        }
        runs++;
      }
    }
  }
  for (const flipped of flips) expect(Math.abs(flipped / runs - 0.5)).toBeLessThan(0.01);
});
