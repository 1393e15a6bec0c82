import { expect, test } from 'vitest';
import { interleave, median, medianRatio } from '../../../tools/bench/rounds.ts';

test('the median is in the middle', () => {
  expect(median([3, 1, 100])).toBe(3);
  expect(median([4, 1, 100, 2])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

test('ratios are taken round by round', () => {
  expect(medianRatio([10, 100, 30], [5, 10, 10])).toBe(3);
});

test('every contestant gets every input, a new one each round, and warming up is not counted', async () => {
  const seen: string[] = [];
  const contestant = (name: string) => ({ name, run: (input: number) => seen.push(`${name}${input}`) });
  const times = await interleave([contestant('a'), contestant('b')], [1, 2, 3].values(), {
    warmUp: 1,
    rounds: 2,
  });
  expect(seen.sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'b3']);
  expect([...times].map(([name, own]) => [name, own.length])).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});
