import { describe, expect, it } from 'vitest';
import { backoffDelay, TimeoutError, withTimeout } from '../../../shared/runtime/backoff.ts';

describe('backoffDelay', () => {
  it('doubles up to its cap, half of it random', () => {
    const backoff = { base: 50, cap: 1_000 };
    for (const [attempt, full] of [
      [1, 50],
      [2, 100],
      [5, 800],
      [6, 1_000],
      [60, 1_000],
    ] as const) {
      const delays = Array.from({ length: 200 }, () => backoffDelay(attempt, backoff));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(full / 2);
      expect(Math.max(...delays)).toBeLessThanOrEqual(full);
      expect(new Set(delays).size).toBeGreaterThan(100);
    }
  });
});

describe('withTimeout', () => {
  it('gives what the work gives, also when that is an error', async () => {
    expect(await withTimeout(1_000, async () => 7)).toBe(7);
    await expect(withTimeout(1_000, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('tells the work to stop, and does not wait for it', async () => {
    let aborted = false;
    const deaf = (signal: AbortSignal) =>
      new Promise<never>(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      });
    await expect(withTimeout(5, deaf)).rejects.toBeInstanceOf(TimeoutError);
    expect(aborted).toBe(true);
  });
});
