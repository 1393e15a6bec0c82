import { expect, test } from 'vitest';
import { NO_COUNTS } from '../../../shared/state/commit.ts';
import type { Head } from '../../../shared/state/heads.ts';
import type { Mark } from '../../../shared/state/marks.ts';
import { START, WHOLE_RECORD } from '../../../shared/state/position.ts';
import { holding, sourceShards } from '../../../shared/state/source.ts';

const place = (n: number) => ({ sequence: String(n), sub: WHOLE_RECORD });
const head = (shard: string, n: number, more: Partial<Head> = {}): Head => ({
  shard,
  n,
  position: n === 0 ? START : place(n),
  maxEventTime: n === 0 ? Number.NEGATIVE_INFINITY : n * 10,
  arrival: 0,
  updatedAt: 0,
  fedAt: 0,
  counts: NO_COUNTS,
  ancestors: [],
  retired: false,
  ...more,
});
/** At record n of its input, at time 10 n, a filter had put everything up to some records of its output. */
const mark = (n: number, reached: Record<string, number>): Mark => ({
  position: place(n),
  maxEventTime: n * 10,
  reached: new Map(Object.entries(reached).map(([shard, to]) => [shard, String(to)])),
  at: 0,
});
const seen = (...args: Parameters<typeof sourceShards>) =>
  sourceShards(...args).map(({ head: { shard }, maxEventTime, seen: all }) => [shard, maxEventTime, all]);

test('without filters the source of a stage is its input', () => {
  expect(seen([head('a', 3), head('b', 0)], [])).toEqual([
    ['a', 30, true],
    ['b', Number.NEGATIVE_INFINITY, true],
  ]);
});

test('of a filter counts what the stage has read of it, not what it has put since', () => {
  const filter = [
    head('x', 9, { marks: [mark(9, { a: 7 }), mark(4, { a: 3 })] }),
    head('y', 8, { marks: [mark(8, { a: 2 })] }),
    head('z', 5, { marks: [mark(5, { a: 6, b: 1 })] }),
    head('new', 0),
  ];
  expect(seen([head('a', 5)], [filter])).toEqual([
    ['x', 40, false],
    ['y', 80, true],
    ['z', Number.NEGATIVE_INFINITY, false],
    ['new', Number.NEGATIVE_INFINITY, true],
  ]);
});

test('what lets nothing pass tells the time all the same', () => {
  expect(seen([head('a', 0)], [[head('x', 9, { marks: [mark(9, {})] })]])).toEqual([['x', 90, true]]);
});

test('through two filters only that counts which both have passed on and the stage has read', () => {
  const second = [head('m', 9, { marks: [mark(9, { a: 8 }), mark(5, { a: 4 })] })];
  const first = [head('x', 9, { marks: [mark(9, { m: 7 }), mark(6, { m: 5 }), mark(3, { m: 2 })] })];
  expect(seen([head('a', 4)], [second, first])).toEqual([['x', 60, false]]);
  expect(seen([head('a', 8)], [second, first])).toEqual([['x', 90, true]]);
  expect(seen([head('a', 3)], [second, first])).toEqual([['x', Number.NEGATIVE_INFINITY, false]]);
});

test('a parent that was consumed holds time until the stage has read all that came of it', () => {
  const parent = head('x', 9, { retired: true, marks: [mark(9, { a: 7 }), mark(4, { a: 3 })] });
  const holds = (read: number) =>
    holding(sourceShards([head('a', read)], [[parent]])).map(({ maxEventTime }) => maxEventTime);
  expect(holds(6)).toEqual([40]);
  expect(holds(7)).toEqual([]);
});

test('of a filter that has not run since it makes marks nothing is known, and nothing is held for ever', () => {
  expect(seen([head('a', 1)], [[head('x', 4)]])).toEqual([['x', Number.NEGATIVE_INFINITY, true]]);
});
