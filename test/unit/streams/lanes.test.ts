import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyRecord } from '../../../shared/streams/lane-record.ts';
import { explicitHashKey, laneOf } from '../../../shared/streams/lanes.ts';

describe('laneOf', () => {
  it('is part of the record format: these values never change', () => {
    const keys = ['', 'a', 'device-1', '10.0.0.1', 'ünïcode', '鍵', '😀'];
    // Computed by an independent implementation in Python.
    expect(keys.map((key) => laneOf(key, 1024))).toEqual([11, 435, 414, 430, 268, 154, 10]);
  });

  it.each([
    ['device-N', (n: number) => `device-${n}`],
    ['IP addresses', (n: number) => `10.0.${n >> 8}.${n & 255}`],
    ['numbers', (n: number) => `${n}`],
    ['multiples', (n: number) => `${n * 1_000}`],
  ])('spreads %s well', (_, keyOf) => {
    for (const lanes of [2, 16, 64]) {
      const counts = Array<number>(lanes).fill(0);
      const keys = 64_000;
      for (let n = 0; n < keys; n++) counts[laneOf(keyOf(n), lanes)]!++;
      const expected = keys / lanes;
      const chi2 = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // Far above the 99.99th percentile of a fair hash, far below a bad one.
      expect(chi2).toBeLessThan(lanes + 8 * Math.sqrt(2 * lanes));
    }
  });

  it('is a lane for any text, and the same for what UTF-8 cannot tell apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 10 }), (key, power) => {
        const lane = laneOf(key, 2 ** power);
        expect(lane).toBe(laneOf(Buffer.from(key).toString(), 2 ** power));
        expect(lane >= 0 && lane < 2 ** power).toBe(true);
      }),
    );
    expect(laneOf('a\ud800b', 1024)).toBe(laneOf('a\ufffdb', 1024));
  });
});

describe('explicitHashKey', () => {
  it('is the middle of the equal slice', () => {
    expect(explicitHashKey(0, 1)).toBe('170141183460469231731687303715884105728');
    expect(explicitHashKey(0, 2)).toBe('85070591730234615865843651857942052864');
    expect(explicitHashKey(1, 2)).toBe('255211775190703847597530955573826158592');
  });

  it('lies in its slice for every number of lanes', () => {
    for (const lanes of [1, 2, 16, 1024]) {
      const size = 2n ** 128n / BigInt(lanes);
      for (let lane = 0; lane < lanes; lane++) {
        expect(BigInt(explicitHashKey(lane, lanes)) / size).toBe(BigInt(lane));
      }
    }
  });

  it('refuses a lane that is none', () => {
    for (const [lane, lanes] of [
      [2, 2],
      [-1, 2],
      [0.5, 2],
      [0, 0],
      [0, 1.5],
    ] as const) {
      expect(() => explicitHashKey(lane, lanes)).toThrow(RangeError);
    }
  });
});

describe('keyRecord', () => {
  it('labels a record with a partition key that Kinesis takes', () => {
    const label = (key: string) => keyRecord(key, 16, Buffer.alloc(0)).partitionKey;
    expect(label('device-1')).toBe('device-1');
    expect(label('')).toBe('-');
    expect(label('x'.repeat(300))).toHaveLength(256);
    expect(label(`${'x'.repeat(255)}😀`)).toBe(`${'x'.repeat(255)}\ufffd`);
    expect(label('\ud800')).toBe('\ufffd');
  });

  it('keeps long keys with the same beginning apart', () => {
    const [a, b] = ['a', 'b'].map((end) => keyRecord(`${'x'.repeat(300)}${end}`, 16, Buffer.alloc(0)));
    expect(a?.order).not.toBe(b?.order);
  });
});
