import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './api-client.ts';

/** What became of the requests of {@link sendPlainly}, by status; `none` for those without an answer. */
export type Statuses = Map<number | 'none', number>;

/**
 * Sends lines as docs/http.md tells a client that has no library: 202 is done; after 429 and 503 the events of `retry`, or all
 * where there is no such list, again after Retry-After seconds; without an answer or with another 5xx all of them again.
 *
 * @throws Error for any other answer
 */
export async function sendPlainly(url: string, lines: readonly string[], statuses: Statuses): Promise<void> {
  let left = lines;
  while (left.length > 0) {
    const answer = await post(url, left.join('\n'), { 'content-type': 'application/x-ndjson' }).catch(
      () => undefined,
    );
    const status = answer?.status ?? 'none';
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (answer === undefined || status === 'none') {
      await sleep(500);
      continue;
    }
    const body = (await answer.json()) as { retry?: readonly number[] };
    if (status === 202) return;
    if (status !== 429 && status < 500) throw new Error(`${status}: ${JSON.stringify(body)}`);
    const { retry } = body;
    if (retry !== undefined) left = retry.map((index) => left[index] as string);
    await sleep(1_000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}
