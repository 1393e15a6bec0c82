/** When a schedule fires: the first time after a moment, both epoch milliseconds; `undefined` for never again. */
export type NextTime = (after: number) => number | undefined;

/** A schedule expression that EventBridge would not take either. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(5 minutes)`: the first time is the moment of reading, then at every interval from there.
 *
 * @returns `undefined` when the expression is no rate
 * @throws ScheduleError when it is a wrong one
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function parseRate(expression: string, now: number): NextTime | undefined {
  const [, inner] = /^rate\((.*)\)$/.exec(expression.trim()) ?? [];
  if (inner === undefined) return undefined;
  const [, amount = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(inner) ?? [];
  const interval = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!(interval > 0) || (plural === 's') !== Number(amount) > 1) {
    throw new ScheduleError(`"${expression}": write rate(1 minute) or rate(5 minutes)`);
  }
  return (after) => (after < now ? now : now + (Math.floor((after - now) / interval) + 1) * interval);
}
