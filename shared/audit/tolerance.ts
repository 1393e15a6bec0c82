/** A number recomputed by SQL, and by how much it may differ from the emitted one. */
export interface Recomputed {
  readonly value: number | null;
  /** Absolute; 0 where both are exact. */
  readonly slack: number;
}

/** Half a unit in the last place of 1. */
const UNIT = 2 ** -53;

/**
 * A sum that SQL added up in doubles, 0 where there was nothing: exact where everything was whole and below 2^53; otherwise each of the n - 1 additions may be off by a
 * unit of what had been added. (Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, section 4.2.)
 *
 * @param size - sum of the absolute values
 */
export function sumOf(value: number, size: number, count: number, whole: boolean): Recomputed {
  const exact = whole && size <= Number.MAX_SAFE_INTEGER;
  return { value, slack: exact ? 0 : (count + 1) * UNIT * size };
}

/** One number by another; null where either is missing or the divisor is 0, which one with slack may only seem to be. */
export function quotientOf(dividend: Recomputed, divisor: Recomputed): Recomputed {
  const [a, b] = [dividend.value, divisor.value];
  if (a === null || b === null || b === 0) return { value: null, slack: 0 };
  const value = a / b;
  if (!Number.isFinite(value)) return { value: null, slack: 0 };
  if (dividend.slack === 0 && divisor.slack === 0) return { value, slack: 0 };
  return {
    value,
    slack: (dividend.slack + Math.abs(value) * divisor.slack) / Math.abs(b) + UNIT * Math.abs(value),
  };
}

/** Whether an emitted number is the recomputed one, as far as can be told. */
export function isWithin(emitted: unknown, { value, slack }: Recomputed): boolean {
  if (value === null || emitted === null) return emitted === value;
  return typeof emitted === 'number' && Math.abs(emitted - value) <= slack;
}

/** What statistics may be off by, relative to themselves: SQL computes them in doubles, from values less their mean. */
export const STATISTICS = 1e-9;

/**
 * By how much an estimate of a number of different values may be off: six standard errors, and where there are so few that the sketch
 * keeps them all, as many as six standard deviations of colliding hashes (docs/aggregates.md).
 */
export function distinctSlack(count: number, precision: number): number {
  const registers = 2 ** precision;
  if (count <= registers / 4) {
    const collisions = (count * (count - 1)) / 2 ** 26;
    return count < 2 ? 0 : Math.ceil(collisions + 6 * Math.sqrt(collisions));
  }
  return Math.ceil((6 * 1.04 * count) / Math.sqrt(registers));
}
