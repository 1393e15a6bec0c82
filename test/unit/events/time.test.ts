import { describe, expect, test } from 'vitest';
import { parseEventTime } from '../../../shared/events/time.ts';

describe('date-times', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-01-01T00:00:00.000Z', 1_767_225_600_000],
    ['2026-01-01T02:00:00+02:00', 1_767_225_600_000],
    ['2025-12-31T18:30:00-05:30', 1_767_225_600_000],
    ['2026-01-01T00:00:00-00:00', 1_767_225_600_000],
    ['2026-01-01T00:00Z', 1_767_225_600_000],
    ['2026-01-01T02:00+02:00', 1_767_225_600_000],
    ['2026-01-01t00:00:00z', 1_767_225_600_000],
    ['2026-01-01T00:00:00.5Z', 1_767_225_600_500],
    ['2026-01-01T00:00:00.45Z', 1_767_225_600_450],
    ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123],
    ['2026-01-01T00:00:00.999999999999999999999Z', 1_767_225_600_999],
    ['1969-12-31T23:59:59.9999Z', -1],
    ['2024-02-29T12:00:00Z', 1_709_208_000_000],
    ['2000-02-29T00:00:00Z', 951_782_400_000],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000],
    ['0000-02-29T00:00:00Z', -62_162_121_600_000],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('%s', (text, expected) => {
    expect(parseEventTime(text)).toBe(expected);
  });

  test.each([
    ['no zone', '2026-01-01T00:00:00'],
    ['no zone after a fraction', '2026-01-01T00:00:00.000'],
    ['a date alone', '2026-01-01'],
    ['30 February', '2024-02-30T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['29 February of a century', '1900-02-29T00:00:00Z'],
    ['31 April', '2026-04-31T00:00:00Z'],
    ['day 0', '2026-01-00T00:00:00Z'],
    ['day 32', '2026-01-32T00:00:00Z'],
    ['month 0', '2026-00-01T00:00:00Z'],
    ['month 13', '2026-13-01T00:00:00Z'],
    ['24:00', '2026-01-01T24:00:00Z'],
    ['minute 60', '2026-01-01T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an empty fraction', '2026-01-01T00:00:00.Z'],
    ['a fraction after a comma', '2026-01-01T00:00:00,5Z'],
    ['an offset of 24 hours', '2026-01-01T00:00:00+24:00'],
    ['an offset of 60 minutes', '2026-01-01T00:00:00+00:60'],
    ['an offset without colon', '2026-01-01T00:00:00+0200'],
    ['an offset without minutes', '2026-01-01T00:00:00+02'],
    ['an offset without sign', '2026-01-01T00:00:00 02:00'],
    ['a space for T', '2026-01-01 00:00:00Z'],
    ['space before', ' 2026-01-01T00:00:00Z'],
    ['space after', '2026-01-01T00:00:00Z '],
    ['a year of six digits', '+002026-01-01T00:00:00Z'],
    ['a year of two digits', '26-01-01T00:00:00Z'],
    ['a month of one digit', '2026-1-01T00:00:00Z'],
    ['a sign among the digits', '2026-01-01T00:00:+1Z'],
    ['Arabic digits', '٢٠٢٦-01-01T00:00:00Z'],
    ['cut after the seconds’ colon', '2026-01-01T00:00:0'],
    ['before the year 0', '0000-01-01T00:00:00+00:01'],
    ['after the year 9999', '9999-12-31T23:59:59-00:01'],
    ['a time in words', 'yesterday, about noon'],
    ['epoch milliseconds in quotes', '1767225600000'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parseEventTime(text)).toBeUndefined();
  });
});

describe('epoch milliseconds', () => {
  test.each([0, 1, -1, 1_767_225_600_000, -62_167_219_200_000, 253_402_300_799_999])('%d', (time) => {
    expect(parseEventTime(time)).toBe(time);
  });

  test('-0 is 0', () => {
    expect(Object.is(parseEventTime(-0), 0)).toBe(true);
  });

  test.each([
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER,
    253_402_300_800_000,
    -62_167_219_200_001,
  ])('refuses %d', (time) => {
    expect(parseEventTime(time)).toBeUndefined();
  });
});

test.each([undefined, null, true, {}, [], [1_767_225_600_000], 1n, new Date(0)])('refuses %o', (value) => {
  expect(parseEventTime(value)).toBeUndefined();
});
