import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOpen, encodeOpen, type OpenSlices } from '../../../shared/state/open-slices.ts';
import { createRandom } from '../../../tools/bench/traffic.ts';

const MINUTE = 60_000;

test('open slices are read as they were written, whatever their order', () => {
  const entry = fc.tuple(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), fc.tuple(fc.nat(), fc.nat()));
  fc.assert(
    fc.property(fc.uniqueArray(entry, { selector: ([slice]) => slice }), (entries) => {
      const open: OpenSlices = new Map(
        entries.map(([slice, [first, span]]) => [slice, [first, first + span]]),
      );
      const sorted = [...open].sort(([a], [b]) => a - b);
      expect([...decodeOpen(encodeOpen(open))]).toEqual(sorted);
    }),
  );
});

describe('open slices take', () => {
  const sizeOf = (count: number, touched: (index: number) => number): number => {
    const open = new Map(
      Array.from({ length: count }, (_, index): [number, [number, number]] => {
        const first = 1 + index * 60 + (index % 7);
        return [index * MINUTE, [first, first + 60 + touched(index)]];
      }),
    );
    return encodeOpen(open).length;
  };
  /** Late events of any age at any time: what is hardest to write in short. */
  const anyTime = (count: number) => {
    const random = createRandom(1);
    return () => Math.floor(random() * count * 60);
  };

  test('next to nothing for a day of minutes in which every tenth was touched late', () => {
    expect(sizeOf(1_440, (index) => (index % 10 === 0 ? (index * 31) % 600 : 0))).toBeLessThan(1_500);
  });

  test('a part of a commit for as many as a stage may have, even if all were touched at any time', () => {
    expect(sizeOf(50_000, anyTime(50_000))).toBeLessThan(220_000);
  });
});
