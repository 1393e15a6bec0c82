const UNITS = { millisecond: 1, second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

type Unit = keyof typeof UNITS;

/** A length of time as people write it: `'10 seconds'`, `'1 minute'`. */
export type Duration = `${number} ${Unit}` | `${number} ${Unit}s`;

/**
 * Converts a duration to milliseconds.
 *
 * @throws RangeError when the text is not a finite, non-negative number and a unit, or is not a whole number of milliseconds
 */
export function durationMs(duration: Duration): number {
  const [amount = '', unit = ''] = duration.split(' ');
  const factor = UNITS[unit.replace(/s$/, '') as Unit];
  const ms = amount === '' ? Number.NaN : Number(amount) * (factor ?? Number.NaN);
  if (!Number.isSafeInteger(ms) || ms < 0) {
    throw new RangeError(
      `"${duration}" is not a duration: write a number and a unit, such as "10 seconds" or "1 minute"`,
    );
  }
  return ms;
}

/** Writes milliseconds the way a declaration would: the largest unit that divides them. */
export function formatDuration(ms: number): Duration {
  const units = Object.entries(UNITS).reverse() as [Unit, number][];
  const [unit, factor] = units.find(([, size]) => ms % size === 0 && ms >= size) ?? ['millisecond', 1];
  const amount = ms / factor;
  return amount === 1 ? `1 ${unit}` : `${amount} ${unit}s`;
}
