/** How long to wait before another try: doubling from `base` up to `cap`, in milliseconds. */
export interface Backoff {
  readonly base: number;
  readonly cap: number;
}

/**
 * The wait before the try that follows `attempt` failed ones (1, 2, ...): half of it fixed, half random, so that
 * clients that failed together do not come back together, and none comes back at once.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter")
 */
export function backoffDelay(attempt: number, { base, cap }: Backoff): number {
  const full = Math.min(cap, base * 2 ** (attempt - 1));
  return full / 2 + (Math.random() * full) / 2;
}

/** The error of {@link withTimeout}. The work may have been done all the same. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/**
 * Runs work that stops on a signal, and stops waiting for it after `ms` even if it does not.
 *
 * @throws TimeoutError after `ms` milliseconds
 */
export async function withTimeout<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TimeoutError(`no answer within ${ms} ms`));
      abort.abort();
    }, ms);
  });
  try {
    return await Promise.race([work(abort.signal), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
