import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEventTime } from '../../shared/events/time.ts';

const FIRST = Date.UTC(-1, 11, 31);
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const pad = (value: number) => String(value).padStart(2, '0');

const offset = fc.oneof(
  fc.constantFrom('Z', 'z'),
  fc
    .tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59))
    .map(([sign, hours, minutes]) => `${sign}${pad(hours)}:${pad(minutes)}`),
);
const fraction = fc.oneof(
  fc.constant(''),
  fc.stringMatching(/^[0-9]{1,12}$/).map((digits) => `.${digits}`),
);

/** What the grammar and the calendar say, written without regard to speed. */
function oracle(text: string): number | undefined {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))$/.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const [hours, minutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  local.setUTCHours(hour, minute, second, ms);
  const exists =
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    local.getUTCHours() === hour &&
    local.getUTCMinutes() === minute &&
    local.getUTCSeconds() === second;
  if (!exists || hours > 23 || minutes > 59) return undefined;
  const time = local.getTime() - (parts[8] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  return time >= Date.parse('0000-01-01T00:00:00Z') && time <= LAST ? time : undefined;
}

test('what toISOString writes is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST + 86_400_000, max: LAST }), (time) => {
      expect(parseEventTime(new Date(time).toISOString())).toBe(time);
    }),
    { numRuns: 5000 },
  );
});

test('agrees with Date.parse on local times with fractions and offsets', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: FIRST + 2 * 86_400_000, max: LAST - 86_400_000 }),
      fraction,
      offset,
      (time, digits, zone) => {
        const text = `${new Date(time).toISOString().slice(0, 19)}${digits}${zone}`;
        const comparable = `${text.slice(0, 19)}${digits.slice(0, 4)}${zone.toUpperCase()}`;
        expect(parseEventTime(text)).toBe(Date.parse(comparable));
      },
    ),
    { numRuns: 5000 },
  );
});

test('agrees with the calendar on every day of the years 0 to 9999', () => {
  let expected = Date.parse('0000-01-01T00:00:00Z');
  for (let year = 0; year <= 9999; year++) {
    for (const [month, days] of [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].entries()) {
      const date = `${String(year).padStart(4, '0')}-${pad(month + 1)}`;
      const common = month === 1 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0));
      const last = common ? 28 : days;
      if (
        parseEventTime(`${date}-01T00:00:00Z`) !== expected ||
        parseEventTime(`${date}-${last}T00:00:00Z`) !== expected + (last - 1) * 86_400_000 ||
        parseEventTime(`${date}-${last + 1}T00:00:00Z`) !== undefined
      ) {
        expect.fail(date);
      }
      expected += last * 86_400_000;
    }
  }
});

test('agrees with the grammar on texts that are almost date-times', () => {
  const almost = fc
    .tuple(
      fc.stringMatching(/^[0-9]{4}-[0-3][0-9]-[0-3][0-9][Tt][0-2][0-9]:[0-6][0-9]$/),
      fc.oneof(fc.constant(''), fc.stringMatching(/^:[0-6][0-9]$/)),
      fraction,
      fc.oneof(offset, fc.stringMatching(/^[+-][0-2][0-9]:[0-9]{2}$/), fc.constant('')),
    )
    .map((parts) => parts.join(''));
  const damaged = fc
    .tuple(
      almost,
      fc.nat(30),
      fc.constantFrom('', '0', '9', ':', '-', '+', '.', 'Z', 'T', ' ', '/', '\u0660'),
    )
    .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(almost, damaged), (text) => {
      expect(parseEventTime(text)).toBe(oracle(text));
    }),
    { numRuns: 20_000 },
  );
});
