import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimeSk, timeSk } from '../../../shared/state/keys.ts';
import {
  comparePosition,
  compareSequence,
  formatPosition,
  parsePosition,
  START,
  WHOLE_RECORD,
} from '../../../shared/state/position.ts';

const sequence = fc.bigInt({ min: 0n, max: (1n << 186n) - 1n });

test('sequence numbers compare as numbers, whatever their length', () => {
  fc.assert(
    fc.property(sequence, sequence, (a, b) => {
      expect(Math.sign(compareSequence(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
    }),
  );
});

test('a whole record lies behind each of its items, and everything behind the start', () => {
  const item = { sequence: '10', sub: 3 };
  expect(comparePosition({ sequence: '10', sub: WHOLE_RECORD }, item)).toBeGreaterThan(0);
  expect(comparePosition({ sequence: '9', sub: WHOLE_RECORD }, item)).toBeLessThan(0);
  expect(comparePosition(START, item)).toBeLessThan(0);
});

test('positions survive being written', () => {
  fc.assert(
    fc.property(sequence, fc.oneof(fc.nat(), fc.constant(WHOLE_RECORD)), (number, sub) => {
      const position = { sequence: String(number), sub };
      expect(parsePosition(formatPosition(position))).toEqual(position);
    }),
  );
});

test('times sort as text, those before 1970 included', () => {
  const time = fc.integer({ min: -8.64e15 / 2, max: 8.64e15 / 2 - 1 });
  fc.assert(
    fc.property(time, time, (a, b) => {
      expect(parseTimeSk(timeSk(a))).toBe(a);
      expect(timeSk(a) < timeSk(b)).toBe(a < b);
    }),
  );
});
