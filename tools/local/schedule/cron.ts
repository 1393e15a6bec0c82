import { type NextTime, ScheduleError } from './expression.ts';

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How far ahead a next time is looked for. */
const HORIZON_DAYS = 366 * 5;

/**
 * Reads `cron(minutes hours day-of-month month day-of-week year)`, in UTC, with `*`, `?`, lists, ranges and steps. `L`,
 * `W` and `#` are not read.
 *
 * @returns `undefined` when the expression is no cron expression
 * @throws ScheduleError when it is a wrong one
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseCron(expression: string): NextTime | undefined {
  const [, inner] = /^cron\((.*)\)$/.exec(expression.trim()) ?? [];
  if (inner === undefined) return undefined;
  const fields = inner.trim().split(/\s+/);
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields;
  if (fields.length !== 6) throw new ScheduleError(`"${expression}": cron() takes six fields`);
  if ((days === '?') === (weekdays === '?')) {
    throw new ScheduleError(`"${expression}": one of day-of-month and day-of-week is "?"`);
  }
  const inMinute = parseField(minutes, { min: 0, max: 59 }, expression);
  const inHour = parseField(hours, { min: 0, max: 23 }, expression);
  const inDay = parseField(days, { min: 1, max: 31 }, expression);
  const inMonth = parseField(months, { min: 1, max: 12, names: MONTHS }, expression);
  const inWeekday = parseField(weekdays, { min: 1, max: 7, names: DAYS }, expression);
  const inYear = parseField(years, { min: 1970, max: 2199 }, expression);
  const isDay = (date: Date): boolean =>
    inYear(date.getUTCFullYear()) &&
    inMonth(date.getUTCMonth() + 1) &&
    inDay(date.getUTCDate()) &&
    inWeekday(date.getUTCDay() + 1);
  return (after) => {
    const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    for (
      let day = Math.floor(first / DAY_MS) * DAY_MS, left = HORIZON_DAYS;
      left > 0;
      day += DAY_MS, left -= 1
    ) {
      if (!isDay(new Date(day))) continue;
      for (let time = Math.max(day, first); time < day + DAY_MS; time += MINUTE_MS) {
        const date = new Date(time);
        if (inHour(date.getUTCHours()) && inMinute(date.getUTCMinutes())) return time;
      }
    }
    return undefined;
  };
}

function parseField(text: string, field: Field, expression: string): (value: number) => boolean {
  const parts = text.split(',').map((part) => parsePart(part, field, expression));
  return (value) => parts.some((matches) => matches(value));
}

/** `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, `10-50/10` */
function parsePart(text: string, field: Field, expression: string): (value: number) => boolean {
  const [, range = '', , step] = /^([^/]+)(\/(\d+))?$/.exec(text) ?? [];
  const [from = '', to] = range.split('-');
  const any = range === '*' || range === '?';
  const start = any ? field.min : readValue(from, field);
  const open = any || (step !== undefined && to === undefined);
  const end = open ? field.max : readValue(to ?? from, field);
  const every = Number(step ?? 1);
  if (start === undefined || end === undefined || every < 1) {
    throw new ScheduleError(`"${expression}": "${text}" is not understood`);
  }
  return (value) => value >= start && value <= end && (value - start) % every === 0;
}

function readValue(text: string, { min, max, names }: Field): number | undefined {
  const index = names?.indexOf(text.toUpperCase()) ?? -1;
  if (index >= 0) return index + 1;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
