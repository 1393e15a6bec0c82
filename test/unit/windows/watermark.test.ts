import { expect, test } from 'vitest';
import { closesAt, silenceTime, watermarkOf } from '../../../shared/windows/watermark.ts';

const UNSEEN = Number.NEGATIVE_INFINITY;

test.each([
  ['the slowest shard', [{ maxEventTime: 100 }, { maxEventTime: 50 }], 40],
  ['a negative time', [{ maxEventTime: -100 }], -110],
  ['an unseen shard holds time back', [{ maxEventTime: 100 }, { maxEventTime: UNSEEN }], undefined],
  [
    'an unseen shard proved empty does not',
    [{ maxEventTime: 100 }, { maxEventTime: UNSEEN, idle: true }],
    90,
  ],
  ['an idle shard is left out', [{ maxEventTime: 100 }, { maxEventTime: 50, idle: true }], 90],
  ['data says nothing while all are idle', [{ maxEventTime: 100, idle: true }], undefined],
  ['no shard', [], undefined],
])('watermark: %s', (_, shards, expected) => {
  expect(watermarkOf(shards, 10)).toBe(expected);
});

const silent = (maxEventTime: number, lastArrival: number, idle = true) => ({
  maxEventTime,
  lastArrival,
  idle,
});

test.each([
  ['goes on from the last event', [silent(100, 1_000), silent(50, 900)], 1_500, 590],
  ['counts from the last arrival anywhere', [silent(100, 900), silent(50, 1_000)], 1_500, 590],
  ['is nothing while a shard is busy', [silent(100, 1_000), silent(50, 1_000, false)], 1_500, undefined],
  ['leaves an empty shard out', [silent(100, 1_000), silent(UNSEEN, UNSEEN)], 1_500, 590],
  ['is nothing before the first event', [silent(UNSEEN, UNSEEN)], 1_500, undefined],
  ['does not go back for a clock that is behind', [silent(100, 1_000)], 400, 90],
  ['is nothing without shards', [], 1_500, undefined],
])('silence %s', (_, shards, now, expected) => {
  expect(silenceTime(shards, 10, now)).toBe(expected);
});

test('a window closes when lateness is over', () => {
  expect(closesAt({ start: 0, end: 60_000 }, 5_000)).toBe(65_000);
});
