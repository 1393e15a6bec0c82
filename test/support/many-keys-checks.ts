import { expect } from 'vitest';
import type { FireReport } from './fire-many-keys.ts';
import { expectedValues, grandTotal } from './many-keys.ts';

/** Every key was emitted once, by one of the functions, with the right values; and the shares are parts of one whole. */
export function expectManyKeys(reports: readonly FireReport[], keys: number): void {
  const emitted = Buffer.alloc(Math.ceil(keys / 8));
  for (const { wrong, emitted: encoded } of reports) {
    expect(wrong).toEqual([]);
    const bits = Buffer.from(encoded, 'base64');
    for (let at = 0; at < bits.length; at++) {
      if (((emitted[at] as number) & (bits[at] as number)) !== 0) throw new Error(`keys at ${at * 8} twice`);
      emitted[at] = (emitted[at] as number) | (bits[at] as number);
    }
  }
  let missing = 0;
  for (let index = 0; index < keys; index++) {
    if (((emitted[index >> 3] as number) & (1 << (index & 7))) === 0) missing++;
  }
  expect(missing).toBe(0);
  expect(reports.reduce((sum, { results }) => sum + results, 0)).toBe(keys);
  const total = grandTotal(keys);
  let shares = 0;
  for (let index = 0; index < keys; index++) shares += Number(expectedValues(index, total).share);
  expect(shares).toBeCloseTo(1, 9);
}
