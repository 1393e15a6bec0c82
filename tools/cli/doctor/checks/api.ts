import type { Check, Finding } from '../finding.ts';

const TIMEOUT_MS = 10_000;

/** Whether the HTTP API of a deployment answers. */
export const apiCheck = (url: string): Check => ({
  about: 'HTTP API',
  run: async () => [
    await healthFinding(
      'HTTP API',
      url,
      'look at the log of the query function, and whether its stack is complete',
    ),
  ],
});

/** Asks for `/healthz`. */
export async function healthFinding(about: string, url: string, advice: string): Promise<Finding> {
  try {
    const { status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (status === 200) return { about, level: 'ok', text: url };
    return { about, level: 'problem', text: `${url}/healthz answers ${status}`, advice };
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? cause.message || message : message;
    return { about, level: 'problem', text: `${url} does not answer: ${reason}`, advice };
  }
}
