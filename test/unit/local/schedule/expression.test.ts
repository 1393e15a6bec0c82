import { describe, expect, test } from 'vitest';
import { nextTimes } from '../../../../tools/local/schedule/scheduler.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const following = (expression: string, after: string, count: number): string[] => {
  const next = nextTimes(expression, at(after));
  const times: string[] = [];
  let time = at(after) - 1;
  for (let n = 0; n < count; n += 1) {
    const found = next(time);
    if (found === undefined) break;
    times.push(new Date(found).toISOString().slice(0, 16));
    time = found;
  }
  return times;
};

test('a rate fires at once and then at its interval', () => {
  expect(following('rate(1 minute)', '2026-01-01T00:00:30', 3)).toEqual([
    '2026-01-01T00:00',
    '2026-01-01T00:01',
    '2026-01-01T00:02',
  ]);
  expect(following('rate(12 hours)', '2026-01-01T00:00:00', 2)).toEqual([
    '2026-01-01T00:00',
    '2026-01-01T12:00',
  ]);
});

describe('cron', () => {
  test.each<[string, string[]]>([
    ['cron(0 12 * * ? *)', ['2026-01-30T12:00', '2026-01-31T12:00', '2026-02-01T12:00']],
    ['cron(0/25 10 ? * MON-FRI *)', ['2026-01-30T10:00', '2026-01-30T10:25', '2026-01-30T10:50']],
    ['cron(30 8 1 * ? *)', ['2026-02-01T08:30', '2026-03-01T08:30', '2026-04-01T08:30']],
    ['cron(0 0 ? * SUN 2026-2027)', ['2026-02-01T00:00', '2026-02-08T00:00', '2026-02-15T00:00']],
    ['cron(5,10 0-1 29 2 ? *)', ['2028-02-29T00:05', '2028-02-29T00:10', '2028-02-29T01:05']],
    ['cron(0 0 1 1 ? 2025)', []],
  ])('%s', (expression, expected) => {
    expect(following(expression, '2026-01-30T00:00:00', 3)).toEqual(expected);
  });
});

test.each([
  'rate(1 minutes)',
  'rate(5 minute)',
  'rate(0 minutes)',
  'rate(1 week)',
  'cron(0 0 * * *)',
  'cron(0 0 * * * *)',
  'cron(60 0 * * ? *)',
  'cron(0 0 L * ? *)',
  'every day',
])('%s is refused', (expression) => {
  expect(() => nextTimes(expression, 0)).toThrow(expression);
});
