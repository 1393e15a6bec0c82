import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until there is an answer: for what runs with and without a test runner.
 *
 * @throws whatever `ask` throws, and Error after the time-out
 */
export async function waitUntil<T>(
  ask: () => T | undefined | false,
  { timeout, interval = 50 }: { readonly timeout: number; readonly interval?: number },
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`not so within ${timeout} ms`);
    await sleep(interval);
  }
}
