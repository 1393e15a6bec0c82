import { expect, test } from 'vitest';
import { type Mark, marksAttribute, newestSeen, readMarks, withMark } from '../../../shared/state/marks.ts';
import { WHOLE_RECORD } from '../../../shared/state/position.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
/** Numbers as Kinesis has them: those that differ in length compare as numbers. */
const sequence = (n: number) => String(49_600_000_000_000_000_000n + BigInt(n));
const at = (n: number, sub = WHOLE_RECORD) => ({ sequence: sequence(n), sub });
const mark = (n: number, ms: number, reached: Record<string, number> = {}): Mark => ({
  position: at(n),
  maxEventTime: START + n,
  reached: new Map(Object.entries(reached).map(([shard, to]) => [shard, sequence(to)])),
  at: START + ms,
});

test('a mark counts when the reader has consumed all that lies before it, to the end of the record', () => {
  const marks = [mark(3, 30, { a: 9, b: 5 }), mark(2, 20, { a: 9 }), mark(1, 10, { a: 8 })];
  const newest = (positions: Record<string, ReturnType<typeof at>>) =>
    newestSeen(marks, new Map(Object.entries(positions)))?.position.sequence;
  expect(newest({ a: at(9), b: at(5) })).toBe(sequence(3));
  expect(newest({ a: at(9), b: at(4) })).toBe(sequence(2));
  expect(newest({ a: at(9) })).toBe(sequence(2));
  expect(newest({ a: at(9, 7), b: at(5) })).toBe(sequence(1));
  expect(newest({ a: at(7), b: at(5) })).toBeUndefined();
});

test('a mark without anything put before it counts at once', () => {
  expect(newestSeen([mark(1, 0)], new Map())?.maxEventTime).toBe(START + 1);
});

test('what was put earlier stays with later marks', () => {
  const [newest] = withMark([mark(1, 0, { a: 5, b: 2 })], mark(2, 100, { b: 3 }), DAY);
  expect(newest?.reached).toEqual(
    new Map([
      ['a', sequence(5)],
      ['b', sequence(3)],
    ]),
  );
});

test('whoever is behind by any time finds a mark that is not much older, among few', () => {
  let marks: readonly Mark[] = [];
  const STEP = 100;
  const times: number[] = [];
  for (let ms = 0; ms < 6 * 3_600_000; ms += times.length < 500 ? STEP : 20_000) {
    times.push(ms);
    marks = withMark(marks, mark(times.length, ms, { a: times.length }), DAY);
    const ages = marks.map((each) => ms - (each.at - START));
    expect(marks.length).toBeLessThan(20);
    for (const behind of [STEP, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]) {
      if (behind > ms) continue;
      const age = ages.find((each) => each >= behind);
      // The ratio, or what the steps themselves are apart.
      expect(age).toBeLessThanOrEqual(Math.max(5 * behind, behind + 40_000, 1_500));
    }
  }
});

test('shards that nothing was put into for longer than records are kept are forgotten', () => {
  let marks: readonly Mark[] = [mark(0, 0, { closed: 1, open: 1 })];
  for (let hour = 1; hour <= 120; hour++) {
    marks = withMark(marks, mark(hour, hour * 3_600_000, { open: hour }), DAY);
    if (hour <= 24) expect(marks[0]?.reached.has('closed')).toBe(true);
  }
  expect([...(marks[0]?.reached.keys() ?? [])]).toEqual(['open']);
  expect(marks.length).toBeLessThan(20);
});

test('marks are stored as they are', () => {
  const marks = [mark(2, 5, { a: 3 }), { ...mark(1, 4), maxEventTime: Number.NEGATIVE_INFINITY }];
  expect(readMarks({ marks: marksAttribute(marks) })).toEqual(marks);
  expect(readMarks({})).toBeUndefined();
});
