import type { ResultValues } from '../../../shared/windows/types.ts';

/** A result as the query API gives it. */
export interface Item {
  readonly key: string;
  readonly start: string;
  readonly end: string;
  readonly revision: number;
  readonly final: boolean;
  readonly values: ResultValues;
}

/** A stage as `GET /v1/stages` gives it, as far as the view shows it. */
export interface StageState {
  readonly name: string;
  readonly watermark: string | null;
  readonly closedUpTo: string | null;
  readonly lagMs: number;
  readonly counts: {
    readonly accepted: number;
    readonly duplicate: number;
    readonly late: number;
    readonly rejected: number;
  };
}

/** The query API, read-only. */
export interface Api {
  stages(): Promise<StageState[]>;
  /** The first results of a stage with start from `from` up to before `to`, epoch milliseconds. */
  windows(stage: string, from: number, to: number | undefined, limit: number): Promise<Item[]>;
}

const TIMEOUT_MS = 5_000;

/** @param signal - ends the requests under way */
export function queryApi(url: string | URL, key: string, signal: AbortSignal): Api {
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(new URL(path, url), {
      headers: { 'x-api-key': key },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) throw new Error(`the query API answers ${response.status}`);
    return response.json();
  };
  return {
    async stages() {
      return ((await get('/v1/stages')) as { stages: StageState[] }).stages;
    },
    async windows(stage, from, to, limit) {
      const end = to === undefined ? '' : `&to=${to}`;
      const path = `/v1/windows/${encodeURIComponent(stage)}?from=${from}${end}&limit=${limit}`;
      return ((await get(path)) as { items: Item[] }).items;
    },
  };
}
