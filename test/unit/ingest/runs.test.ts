import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runsOf } from '../../../shared/ingest/runs.ts';
import { readingEvent } from '../../support/stage.ts';

const at = (...times: number[]) => times.map((time, index) => readingEvent(String(index), time));

test('events of little event time are one run', () => {
  expect(runsOf(at(5, 1, 9, 3), 10)).toEqual([[0, 1, 2, 3]]);
  expect(runsOf([], 10)).toEqual([]);
});

test('a run ends before the event that would make it span too much, whichever way time jumps', () => {
  expect(runsOf(at(0, 10, 11, 12, 0), 10)).toEqual([[0, 1], [2, 3], [4]]);
});

test('runs hold every event once, in order, and span no more than they may', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 })), fc.nat(500), (times, span) => {
      const runs = runsOf(at(...times), span);
      expect(runs.flat()).toEqual(times.map((_, index) => index));
      for (const run of runs) {
        const own = run.map((index) => times[index]!);
        expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(span);
      }
    }),
  );
});
