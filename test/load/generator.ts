import autocannon from 'autocannon';
import { linesOf, type Request } from './requests.ts';

/** What is asked of a run. */
export interface LoadOptions {
  readonly url: string;
  readonly seconds: number;
  /** Requests a second, over all connections. */
  readonly rate: number;
  /** Events per request. */
  readonly events: number;
  readonly connections: number;
}

/** How it went. */
export interface LoadResult {
  readonly result: autocannon.Result;
  /** Every request that was made, in order. */
  readonly requests: readonly Request[];
  /** Those that were not answered with 202: their events may or may not be stored. */
  readonly unanswered: readonly Request[];
  readonly statuses: ReadonlyMap<number, number>;
}

/**
 * Posts events at a steady rate with autocannon, which corrects its latencies for coordinated omission: a request that could not be
 * sent in time because the one before took long counts from when it was due.
 *
 * @see https://github.com/mcollina/autocannon
 */
export async function generateLoad({
  url,
  seconds,
  rate,
  events,
  connections,
}: LoadOptions): Promise<LoadResult> {
  const requests: Request[] = [];
  const answered = new Set<number>();
  const statuses = new Map<number, number>();
  const result = await autocannon({
    url: `${url}/v1/events/network-traffic`,
    method: 'POST',
    headers: { 'x-api-key': 'local', 'content-type': 'application/x-ndjson' },
    connections,
    overallRate: rate,
    duration: seconds,
    timeout: 30,
    requests: [
      {
        setupRequest: (request, context) => {
          const made: Request = { number: requests.length, time: Date.now() };
          Object.assign(context, made);
          const previous = requests.at(-1);
          requests.push(made);
          return { ...request, body: linesOf(made, previous, events).join('\n') };
        },
        onResponse: (status, _, context) => {
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 202) answered.add((context as Request).number);
        },
      },
    ],
  });
  const unanswered = requests.filter(({ number }) => !answered.has(number));
  return { result, requests, unanswered, statuses };
}
