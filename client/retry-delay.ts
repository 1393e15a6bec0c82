/**
 * Milliseconds to wait before the request that follows `attempt` failed ones (1, 2, ...): what the server asked for, and on top a
 * random part of an exponentially growing time, so that clients that were sent away together do not come back together.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export function retryDelay(
  attempt: number,
  retryAfter: number | undefined,
  { base, cap }: { readonly base: number; readonly cap: number },
): number {
  return (retryAfter ?? 0) + Math.random() * Math.min(cap, base * 2 ** (attempt - 1));
}

/** Longer timers go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits, at most some weeks, but no longer than until the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(ms, MAX_TIMER_MS));
    signal.addEventListener('abort', end);
  });
}
