import { answerOf } from '../ingest/answer.ts';
import { checkItems } from '../ingest/checked.ts';
import { ingestTypes } from '../ingest/ingest-type.ts';
import { ProblemError, problemOf } from '../ingest/problem.ts';
import { receiptOf } from '../ingest/receipt.ts';
import { createSources } from '../ingest/source.ts';
import type { Pipeline } from '../pipeline/index.ts';
import { Pseudonyms } from '../privacy/pseudonyms.ts';

/** An answer as it would be given. */
export interface Rehearsed {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Answers one request after another as ingestion would, by the same code, on a stream that takes everything.
 *
 * @param type - the last part of the path; undefined for CloudEvents
 */
export type Rehearsal = (type: string | undefined, contentType: string, body: string) => Rehearsed;

/** The day of the examples, which happened in time. */
export const EXAMPLE_TIME = Date.UTC(2026, 0, 31, 12);
/** Answers hold no pseudonym: any key will do. */
const KEY = { id: 'example', from: 0, key: Buffer.alloc(32) };

/** @param newId - for events that bring no id */
export function createRehearsal(pipelines: readonly Pipeline[], newId: () => string): Rehearsal {
  const types = ingestTypes(pipelines, Object.fromEntries(pipelines.map(({ name }) => [name, name])));
  const sourceOf = createSources(types, newId);
  const pseudonyms = new Pseudonyms([KEY]);
  return (type, contentType, text) => {
    const { statusCode = 0, body = '' } = answer(type, contentType, text);
    return { status: statusCode, body: JSON.parse(body) };
  };

  function answer(type: string | undefined, contentType: string, body: string) {
    try {
      const headers = { 'content-type': contentType };
      const request = { action: 'ingest', type, headers, body, base64: false } as const;
      const source = sourceOf({ ...request, accessToken: undefined, authorizer: undefined });
      const checked = checkItems(source.items, source.read, {
        types,
        known: source.known,
        allowed: undefined,
        // No example is ahead of its time.
        now: Number.MAX_SAFE_INTEGER,
        offset: 0,
        pseudonyms,
      });
      const stored = { missing: [], oversize: [] };
      return answerOf(receiptOf(source.items.length, checked, stored, source.isAssigned()), false);
    } catch (error) {
      if (error instanceof ProblemError) return problemOf(error);
      throw error;
    }
  }
}
