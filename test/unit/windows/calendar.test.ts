import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CalendarUnit, calendar } from '../../../shared/pipeline/index.ts';
import { createAssigner } from '../../../shared/windows/assigner.ts';
import type { Window } from '../../../shared/windows/types.ts';
import { expectLawful, windowsAt } from '../../support/window-laws.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function windowAt(unit: CalendarUnit, timeZone: string, time: number): Window {
  const [window, ...others] = windowsAt(createAssigner(calendar(unit, timeZone)), time);
  expect(others).toEqual([]);
  return window!;
}

/** A window as `start/end` in ISO 8601, without what is zero. */
const text = ({ start, end }: Window): string =>
  [start, end].map((time) => new Date(time).toISOString().replace(/(:00)?\.000Z$/, 'Z')).join('/');

test.each([
  // Where nothing changes.
  ['hour', 'UTC', '2026-01-01T10:59:59.999Z', '2026-01-01T10:00Z/2026-01-01T11:00Z'],
  ['hour', 'UTC', '2026-01-01T11:00Z', '2026-01-01T11:00Z/2026-01-01T12:00Z'],
  ['day', 'UTC', '1969-12-31T23:59:59.999Z', '1969-12-31T00:00Z/1970-01-01T00:00Z'],
  ['day', 'UTC', '0000-01-01T00:00Z', '0000-01-01T00:00Z/0000-01-02T00:00Z'],
  ['hour', 'Asia/Kolkata', '2026-01-01T10:29Z', '2026-01-01T09:30Z/2026-01-01T10:30Z'],
  ['day', 'Asia/Kathmandu', '2026-01-01T18:15Z', '2026-01-01T18:15Z/2026-01-02T18:15Z'],
  ['week', 'UTC', '1970-01-01T00:00Z', '1969-12-29T00:00Z/1970-01-05T00:00Z'],
  ['week', 'UTC', '2026-11-22T23:59:59.999Z', '2026-11-16T00:00Z/2026-11-23T00:00Z'],
  ['month', 'UTC', '2024-02-29T12:00Z', '2024-02-01T00:00Z/2024-03-01T00:00Z'],
  ['month', 'UTC', '2026-12-31T23:59:59.999Z', '2026-12-01T00:00Z/2027-01-01T00:00Z'],
  ['month', 'UTC', '0050-02-10T00:00Z', '0050-02-01T00:00Z/0050-03-01T00:00Z'],
  // Berlin: 23 and 25 hours.
  ['day', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00Z/2026-03-29T22:00Z'],
  ['day', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-24T22:00Z/2026-10-25T23:00Z'],
  ['week', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-22T23:00Z/2026-03-29T22:00Z'],
  ['month', 'Europe/Berlin', '2026-03-15T00:00Z', '2026-02-28T23:00Z/2026-03-31T22:00Z'],
  ['hour', 'Europe/Berlin', '2026-03-29T00:59Z', '2026-03-29T00:00Z/2026-03-29T01:00Z'],
  ['hour', 'Europe/Berlin', '2026-10-25T00:30Z', '2026-10-25T00:00Z/2026-10-25T01:00Z'],
  ['hour', 'Europe/Berlin', '2026-10-25T01:30Z', '2026-10-25T01:00Z/2026-10-25T02:00Z'],
  // Midnight does not exist: the day begins at one.
  ['day', 'America/Sao_Paulo', '2018-11-04T05:00Z', '2018-11-04T03:00Z/2018-11-05T02:00Z'],
  ['day', 'America/Sao_Paulo', '2018-11-04T02:59Z', '2018-11-03T03:00Z/2018-11-04T03:00Z'],
  // The clocks go back at midnight: the old day goes on for another hour.
  ['day', 'America/Sao_Paulo', '2018-02-18T02:30Z', '2018-02-17T02:00Z/2018-02-18T03:00Z'],
  // Midnight comes twice: the day begins with the first.
  ['day', 'America/Havana', '2026-11-01T05:30Z', '2026-11-01T04:00Z/2026-11-02T05:00Z'],
  // A minute past midnight the clocks show the old day once more: it is over all the same.
  ['day', 'America/St_Johns', '2010-11-07T02:45Z', '2010-11-07T02:30Z/2010-11-08T03:30Z'],
  // Half an hour.
  ['day', 'Australia/Lord_Howe', '2026-04-05T00:00Z', '2026-04-04T13:00Z/2026-04-05T13:30Z'],
  ['hour', 'Australia/Lord_Howe', '2026-04-04T15:10Z', '2026-04-04T15:00Z/2026-04-04T15:30Z'],
  ['hour', 'Australia/Lord_Howe', '2026-10-03T15:40Z', '2026-10-03T15:30Z/2026-10-03T16:00Z'],
  // 30 December 2011 was left out in Samoa.
  ['day', 'Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00Z/2011-12-30T10:00Z'],
  ['day', 'Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00Z/2011-12-31T10:00Z'],
  // Local mean time, 53 minutes and 28 seconds ahead.
  ['day', 'Europe/Berlin', '1850-06-01T12:00Z', '1850-05-31T23:06:32Z/1850-06-01T23:06:32Z'],
] as [CalendarUnit, string, string, string][])('the %s in %s of %s', (unit, timeZone, time, window) => {
  expect(text(windowAt(unit, timeZone, Date.parse(time)))).toBe(window);
});

/** What the clocks show, as text whose order is that of local time: not the way in which the code under test asks. */
function clocks(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (time) => format.format(time);
}

const mondayOf = (date: string): string => {
  const day = new Date(`${date}T00:00Z`);
  return new Date(day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
};

const NAMES: Readonly<Record<Exclude<CalendarUnit, 'hour'>, (shown: string) => string>> = {
  day: (shown) => shown.slice(0, 10),
  week: (shown) => mondayOf(shown.slice(0, 10)),
  month: (shown) => shown.slice(0, 7),
};

/** The window around a time by looking at the clocks at every step, long before and long after it. */
function oracle(unit: CalendarUnit, timeZone: string, time: number): Window {
  const show = clocks(timeZone);
  const [step, reach] = (
    {
      hour: [60_000, 3 * HOUR],
      day: [60_000, 3 * DAY],
      week: [900_000, 9 * DAY],
      month: [900_000, 34 * DAY],
    } as const
  )[unit];
  let start = Number.NaN;
  let highest: string | undefined;
  const from = Math.floor((time - reach) / step) * step;
  for (let at = from; at < time + reach; at += step) {
    const shown = show(at);
    let begins: boolean;
    if (unit === 'hour') {
      const minutes = Date.parse(`${shown.replace(' ', 'T')}Z`) / 60_000;
      const before = Date.parse(`${show(at - step).replace(' ', 'T')}Z`) / 60_000;
      begins = minutes % 60 === 0 || minutes - before !== 1;
    } else {
      const name = NAMES[unit](shown);
      begins = highest !== undefined && name > highest;
      if (highest === undefined || name > highest) highest = name;
    }
    if (!begins) continue;
    if (at > time) return { start, end: at };
    start = at;
  }
  throw new Error('the window is longer than the oracle looks');
}

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Atlantic/Azores',
  'Asia/Gaza',
  'America/Asuncion',
];

const CHANGES = new Map<string, number[]>();
/** The days on which the clocks of a zone are changed: what happens there is worth most of the looking. */
function changesOf(timeZone: string): number[] {
  let changes = CHANGES.get(timeZone);
  if (changes === undefined) {
    const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const offset = (time: number) => format.format(time).split(', ')[1];
    changes = [];
    for (let time = Date.UTC(1975, 0, 1); time < Date.UTC(2037, 0, 1); time += DAY) {
      if (offset(time) !== offset(time + DAY)) changes.push(time);
    }
    CHANGES.set(timeZone, changes);
  }
  return changes;
}

const moment = fc.constantFrom(...ZONES).chain((timeZone) => {
  const changes = changesOf(timeZone);
  const anywhere = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2037, 0, 1) });
  const near = fc
    .tuple(fc.constantFrom(...(changes.length > 0 ? changes : [0])), fc.integer({ min: -DAY, max: 2 * DAY }))
    .map(([change, away]) => change + away);
  return fc.record({
    timeZone: fc.constant(timeZone),
    time: changes.length > 0 ? fc.oneof(anywhere, near, near) : anywhere,
  });
});

describe.each([
  ['hour', 100],
  ['day', 40],
  ['week', 40],
  ['month', 16],
] as [CalendarUnit, number][])('the %s', (unit, numRuns) => {
  test('of any time is what the clocks of its place say', () => {
    fc.assert(
      fc.property(moment, ({ timeZone, time }) => {
        expect(text(windowAt(unit, timeZone, time))).toBe(text(oracle(unit, timeZone, time)));
      }),
      { numRuns },
    );
  }, 60_000);

  test('tells one story, in whatever order it is asked', () => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1, maxLength: 10 }), (moments) => {
        const timeZone = moments[0]!.timeZone;
        const assigner = createAssigner(calendar(unit, timeZone));
        for (const { time } of moments) expectLawful(assigner, time);
        for (const { time } of moments) {
          expect(windowsAt(assigner, time)).toEqual([windowAt(unit, timeZone, time)]);
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

test('many more windows than are remembered are right as well', () => {
  const assigner = createAssigner(calendar('hour', 'Europe/Berlin'));
  const hours = Array.from(
    { length: 3_000 },
    (_, index) => Date.UTC(2026, 0, 1) + ((index * 1_009) % 3_000) * HOUR,
  );
  for (const hour of [...hours, ...hours]) expect(assigner.sliceOf(hour + 1)).toBe(hour);
});

test('what is not a time yet stays what it is', () => {
  const assigner = createAssigner(calendar('day', 'Europe/Berlin'));
  expect(assigner.sliceOf(Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
});
