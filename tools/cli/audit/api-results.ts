import type { WindowStage } from '../../../shared/pipeline/index.ts';
import { AuditError } from './engine.ts';

export interface ApiPlace {
  readonly url: string;
  readonly key: string;
  readonly stage: WindowStage;
  /** Epoch milliseconds. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

interface Page {
  readonly items: readonly {
    readonly key: string;
    readonly start: string;
    readonly end: string;
    readonly revision: number;
    readonly final: boolean;
    readonly values: unknown;
  }[];
  readonly cursor: string | null;
}

const PAGE = '10000';

/**
 * What the query API shows of a stage: rows of start, end, key, revision, whether it is final (1 or 0) and values as JSON.
 *
 * @throws AuditError when it does not answer
 */
export async function* apiResults({
  url,
  key,
  stage,
  from,
  to,
}: ApiPlace): AsyncGenerator<(number | string)[]> {
  if (!stage.materialize)
    throw new AuditError(`stage "${stage.name}" is not in the results table: audit it without --url`);
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({
      limit: PAGE,
      ...(from !== undefined && { from: String(from) }),
      ...(to !== undefined && { to: String(to) }),
      ...(cursor !== null && { cursor }),
    });
    const answer = await fetch(`${url.replace(/\/$/, '')}/v1/windows/${stage.name}?${search}`, {
      headers: { 'x-api-key': key },
    });
    if (!answer.ok)
      throw new AuditError(`${url} answers ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
    const page = (await answer.json()) as Page;
    for (const { key: of, start, end, revision, final, values } of page.items) {
      yield [Date.parse(start), Date.parse(end), of, revision, final ? 1 : 0, JSON.stringify(values)];
    }
    cursor = page.cursor;
  } while (cursor !== null);
}
