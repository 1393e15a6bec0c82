import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type History, isKnown, NO_HISTORY, remember } from '../../../shared/alerts/history.ts';

const QUIET = 600;
const known = (history: History, time: number, sessionStart?: number) =>
  isKnown(history, { time, sessionStart }, QUIET);

describe('an alert keeps its key quiet', () => {
  const history = remember(NO_HISTORY, 10_000);

  test.each([
    ['the same again', 10_000, true],
    ['just before the quiet period ends', 10_599, true],
    ['when it ends', 10_600, false],
    ['an earlier event of the same episode', 9_401, true],
    ['an earlier episode', 9_400, false],
  ])('%s', (_, time, expected) => {
    expect(known(history, time)).toBe(expected);
  });

  test('nothing is known of a key without alerts', () => {
    expect(known(NO_HISTORY, -5)).toBe(false);
  });
});

describe('a session', () => {
  const history = remember(NO_HISTORY, 10_000);

  test('that grew has had its alert, however long it lasts', () => {
    expect(known(history, 50_000, 9_000)).toBe(true);
  });

  test('that joins a later one with an earlier one has had its alert', () => {
    expect(known(history, 50_000, 10_000)).toBe(true);
  });

  test('that begins after the last alert is another', () => {
    expect(known(history, 50_000, 10_001)).toBe(false);
    expect(known(history, 10_300, 10_001)).toBe(true);
  });
});

describe('the memory', () => {
  test('is bounded, and takes what it forgot for told', () => {
    let history = NO_HISTORY;
    for (let time = 0; time < 100_000; time += 1_000) history = remember(history, time);
    expect(history.sent.length).toBe(40);
    expect(known(history, 0)).toBe(true);
    expect(known(history, history.floor)).toBe(true);
    expect(known(history, 99_000)).toBe(true);
    expect(known(history, 100_000)).toBe(false);
  });

  test('does not depend on the order of what it remembers, as long as nothing is forgotten', () => {
    const times = fc.uniqueArray(fc.integer(), { maxLength: 40 });
    fc.assert(
      fc.property(times, (some) => {
        const inOrder = some.toSorted((a, b) => a - b).reduce(remember, NO_HISTORY);
        expect(some.reduce(remember, NO_HISTORY)).toEqual(inOrder);
      }),
    );
  });

  test('never takes back that something is known', () => {
    const time = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(fc.array(time, { maxLength: 120 }), time, (some, probe) => {
        let before = false;
        let history = NO_HISTORY;
        for (const each of some) {
          history = remember(history, each);
          const now = known(history, probe);
          expect(before && !now).toBe(false);
          before = now;
        }
      }),
    );
  });
});
