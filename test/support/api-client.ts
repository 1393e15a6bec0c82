import { expect } from 'vitest';
import { compareResults } from '../oracle/compare.ts';
import { expectedResults, type Values } from '../oracle/windows.ts';

/** A result as the query API shows it. */
export interface Item {
  readonly key: string;
  readonly start: string;
  readonly end: string;
  readonly revision: number;
  readonly final: boolean;
  readonly values: Values;
}

/** What a stage has done with what it was given. */
export interface StageCounts {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  readonly rejected: number;
}

/** Where a Millrace answers and the key that it wants; an address alone is a local run's. */
export type Api = string | { readonly url: string; readonly key: string };

const LOCAL_KEY = 'local';
const SAMPLE_TYPE = 'network-traffic';

/** Asks a Millrace, with its key. */
export function ask(api: Api, path: string, init: RequestInit = {}): Promise<Response> {
  const { url, key } = typeof api === 'string' ? { url: api, key: LOCAL_KEY } : api;
  return fetch(`${url}${path}`, { ...init, headers: { ...HEADERS, 'x-api-key': key, ...init.headers } });
}

export const STAGES = ['device-traffic', 'ip-share'] as const;
export const HEADERS = { 'x-api-key': LOCAL_KEY, 'content-type': 'application/json' } as const;
/** Long, since the machine may be busy; whoever waits goes on as soon as it is true. */
export const EVENTUALLY = { timeout: 60_000, interval: 250 } as const;

/** Posts events of the sample type. */
export function post(
  api: Api,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return ask(api, `/v1/events/${SAMPLE_TYPE}`, { method: 'POST', headers, body });
}

/** Posts events as one array, all of which must be taken. */
export const postEvents = (api: Api, type: string, events: readonly object[]): Promise<void> =>
  postAll(
    api,
    events.map((event) => JSON.stringify(event)),
    type,
  );

/** Posts lines of JSON as one array, all of which must be taken. */
export async function postAll(api: Api, lines: readonly string[], type = SAMPLE_TYPE): Promise<void> {
  const answer = await ask(api, `/v1/events/${type}`, { method: 'POST', body: `[${lines.join(',')}]` });
  // An answer may also name the repetitions within it: they are stored, for the stages to tell.
  const { accepted, rejected } = (await answer.json()) as { accepted?: number; rejected?: unknown };
  expect({ status: answer.status, accepted, rejected }).toEqual({
    status: 202,
    accepted: lines.length,
    rejected: [],
  });
}

/** The counts of the stages over network traffic, by name. */
export async function countsOf(api: Api): Promise<Record<string, StageCounts>> {
  const counts = await stageCounts(api);
  return Object.fromEntries(
    Object.entries(counts).filter(([name]) => STAGES.some((stage) => stage === name)),
  );
}

/** The counts of every stage, by name. */
export async function stageCounts(api: Api): Promise<Record<string, StageCounts>> {
  const answer = await ask(api, '/v1/stages');
  const { stages } = (await answer.json()) as { stages: { name: string; counts: StageCounts }[] };
  return Object.fromEntries(stages.map(({ name, counts }) => [name, counts]));
}

/** One page of results. */
export async function pageOf(
  api: Api,
  stage: string,
  search: Readonly<Record<string, string>> = {},
): Promise<{ items: Item[]; cursor: string | null }> {
  const answer = await ask(api, `/v1/windows/${stage}?${new URLSearchParams(search)}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as { items: Item[]; cursor: string | null };
}

/** Waits until the results of all stages are those of the events, and no others in their span. */
export function becomesEqual(
  api: Api,
  lines: Iterable<string>,
  patience: { readonly timeout: number; readonly interval: number } = EVENTUALLY,
): Promise<void> {
  const expected = expectedResults(lines);
  const { url, key } = typeof api === 'string' ? { url: api, key: LOCAL_KEY } : api;
  return expect.poll(() => compareResults(url, expected, key), patience).toEqual([]);
}

/**
 * An event from each of many devices at one time, so that every shard hears of that time and windows before it are due.
 */
export function pushTime(time: number, devices = 64): string[] {
  return Array.from({ length: devices }, (_, index) =>
    traffic({ event_id: `push-${time}-${index}`, device: `push-${index}`, ts: time }),
  );
}

/** An event of the sample type as a line of JSON. */
export function traffic(over: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    event_id: 'event',
    device: 'router',
    ip: '192.0.2.1',
    receive_bytes: 1_000,
    send_bytes: 500,
    receive_packets: 10,
    send_packets: 5,
    ts: Date.UTC(2026, 0, 1),
    ...over,
  });
}
