/**
 * The range of event times: the years 0000 to 9999, which RFC 3339 can write. A time outside would have no form
 * as a CloudEvents attribute.
 */
/** The first event time that there can be, epoch milliseconds: the beginning of the year 0000. */
export const MIN_TIME = -62_167_219_200_000;
/** The last one: the end of the year 9999. */
export const MAX_TIME = 253_402_300_799_999;

const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

const DASH = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const DOT = 0x2e;
const UPPER_T = 0x54;
const UPPER_Z = 0x5a;
/** Turns an ASCII capital into its small letter, and nothing else into the letters compared with here. */
const LOWER = 0x20;
/** `2024-01-01T00:00Z`. */
const SHORTEST = 17;

/**
 * Reads an event time: a whole number of epoch milliseconds, or a date-time of RFC 3339 (seconds may be left out, as ISO 8601
 * allows). Fractions of a second beyond milliseconds are cut off. What has no zone, what the calendar lacks (30 February,
 * 24:00, a leap second), and years outside 0000 to 9999 are refused.
 *
 * @returns epoch milliseconds, `undefined` when the value is not an event time
 */
export function parseEventTime(value: unknown): number | undefined {
  const time = typeof value === 'string' ? parseDateTime(value) : value;
  // Adding 0 makes a whole number of -0.
  return Number.isInteger(time) && (time as number) >= MIN_TIME && (time as number) <= MAX_TIME
    ? (time as number) + 0
    : undefined;
}

/**
 * Parses digit by digit: about a tenth of the time that `Date.parse` takes, which also turns 30 February into 1 March.
 *
 * @returns epoch milliseconds, possibly outside the range of event times; NaN when the text is not a date-time
 */
export function parseDateTime(text: string): number {
  const { length } = text;
  if (length < SHORTEST) return Number.NaN;
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  // A negative number is the mark of something that is not a digit: one test finds any of them.
  if (
    (century | yearOfCentury | month | day | hour | minute) < 0 ||
    text.charCodeAt(4) !== DASH ||
    text.charCodeAt(7) !== DASH ||
    (text.charCodeAt(10) & ~LOWER) !== UPPER_T ||
    text.charCodeAt(13) !== COLON ||
    hour > 23 ||
    minute > 59
  ) {
    return Number.NaN;
  }
  const days = daysSinceEpoch(century * 100 + yearOfCentury, month, day);
  let at = 16;
  let ms = 0;
  if (text.charCodeAt(at) === COLON) {
    const second = at + 2 < length ? twoDigits(text, at + 1) : -1;
    if (second < 0 || second > 59) return Number.NaN;
    ms = second * 1000;
    at += 3;
    if (at < length && text.charCodeAt(at) === DOT) {
      let weight = 100;
      const first = ++at;
      for (; at < length; at++) {
        const digit = text.charCodeAt(at) - 0x30;
        if (digit < 0 || digit > 9) break;
        ms += digit * weight;
        // The weight falls to 0 after the third digit.
        weight = (weight / 10) | 0;
      }
      if (at === first) return Number.NaN;
    }
  }
  return days * DAY_MS + hour * 3_600_000 + minute * 60_000 + ms - zone(text, at);
}

/** The offset from UTC, in milliseconds, that ends the text at `at`; NaN when it is none. */
function zone(text: string, at: number): number {
  const rest = text.length - at;
  if (rest === 1) return (text.charCodeAt(at) & ~LOWER) === UPPER_Z ? 0 : Number.NaN;
  if (rest !== 6 || text.charCodeAt(at + 3) !== COLON) return Number.NaN;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  const offset = hours * 3_600_000 + minutes * 60_000;
  const sign = text.charCodeAt(at);
  return sign === PLUS ? offset : sign === DASH ? -offset : Number.NaN;
}

/** The number of two digits, negative when one is not a digit. Both positions must be inside the text. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

/**
 * Days from 1970-01-01 in the proleptic Gregorian calendar, NaN when the calendar lacks the day. The arithmetic is
 * `days_from_civil` of https://howardhinnant.github.io/date_algorithms.html for years that are not negative.
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > (DAYS_IN_MONTH[month - 1] as number)) return Number.NaN;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) {
    return Number.NaN;
  }
  // The year starts in March here, so that the leap day is its last; one era is added so that nothing is negative.
  const y = month > 2 ? year + 400 : year + 399;
  const era = (y / 400) | 0;
  const yearOfEra = y - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const dayOfEra = yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear;
  return (era - 1) * 146_097 + dayOfEra - 719_468;
}
