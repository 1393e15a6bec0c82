import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { early, hopping, type WindowStage } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import { isMomentBetween } from '../../../shared/windows/moments.ts';
import { nextTick, tickAt } from '../../../shared/windows/ticks.ts';
import { totals } from '../../support/stage.ts';

const minute = { start: 0, end: 60_000 };

describe('a minute by ten seconds', () => {
  test.each([
    [-1, undefined],
    [9_999, undefined],
    [10_000, -5],
    [19_999, -5],
    [50_000, -1],
    [59_999, -1],
    [60_000, undefined],
  ])('at %i shows the tick of revision %s', (time, revision) => {
    expect(tickAt(minute, 10_000, time)?.revision).toBe(revision);
  });

  test.each([
    [-5, 10_000],
    [0, 10_000],
    [10_000, 20_000],
    [49_999, 50_000],
    [50_000, undefined],
  ])('goes on after %i at %s', (time, next) => {
    expect(nextTick(minute, 10_000, time)).toBe(next);
  });
});

test('ticks lie inside the window, -1 is the last one, and each is found from the one before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.integer({ min: 2, max: 1_000 }),
      fc.nat(1_000),
      (start, size, some) => {
        const every = 1 + (some % (size - 1));
        const window = { start, end: start + size };
        const times: number[] = [];
        for (let time = start + every; time < window.end; time += every) times.push(time);
        const found: number[] = [];
        for (let at = nextTick(window, every, start - 1); at !== undefined; at = nextTick(window, every, at))
          found.push(at);
        expect(found).toEqual(times);
        expect(times.map((time) => tickAt(window, every, time))).toEqual(
          times.map((time, index) => ({ time, revision: index - times.length })),
        );
      },
    ),
  );
});

test('a moment lies between two times where a slice ends, closes, or a window ticks', () => {
  const window = hopping('1 minute', '30 seconds');
  const stage: WindowStage = { ...totals, window, allowedLateness: 7_000, emit: early('20 seconds') };
  const windows = createAssigner(window);
  const moments: number[] = [];
  for (let time = 60_000; time < 90_000; time += 1_000) {
    if (isMomentBetween(windows, stage, time - 1_000, time)) moments.push(time);
  }
  // Ticks of [30, 90) at 50 and 70, of [60, 120) at 80; slices end at 60 and close at 67.
  expect(moments).toEqual([60_000, 67_000, 70_000, 80_000]);
  expect(isMomentBetween(windows, stage, Number.NEGATIVE_INFINITY, 0)).toBe(true);
  expect(isMomentBetween(windows, stage, 70_000, 69_000)).toBe(false);
});
