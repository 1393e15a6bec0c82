import { parseEventTime } from '../events/time.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from './limits.ts';
import type { PageRequest } from './page.ts';

const NAMES: readonly string[] = ['key', 'from', 'to', 'limit', 'cursor'];

/** A parameter that cannot be used; the message says what to give instead. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

/**
 * Reads the parameters of a query for windows. An empty one counts as not given.
 *
 * @param search - the query string, without `?`
 * @throws ParameterError naming the first parameter that is wrong
 */
export function parseWindowParams(stage: string, search: string): PageRequest {
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!NAMES.includes(name)) {
      throw new ParameterError(`there is no parameter "${name}": use ${NAMES.join(', ')}`);
    }
    if (given.has(name)) throw new ParameterError(`${name} is given twice: give it once`);
    if (value !== '') given.set(name, value);
  }
  const from = parseTime('from', given.get('from'));
  const to = parseTime('to', given.get('to'));
  if (from !== undefined && to !== undefined && from > to) {
    throw new ParameterError('from lies after to: give the earlier time as from');
  }
  return {
    query: { stage, key: given.get('key'), from, to },
    limit: parseLimit(given.get('limit')),
    cursor: given.get('cursor'),
  };
}

function parseTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // A plus sign that was not escaped arrives as a space; only a zone can follow one here.
  const iso = text.replace(/ (?=\d\d:?\d\d$)/, '+').replace(/^(\d{4}-\d\d-\d\d)$/, '$1T00:00:00Z');
  const time = parseEventTime(/^-?\d{1,16}$/.test(text) ? Number(text) : iso);
  if (time === undefined) {
    throw new ParameterError(
      `${name} is not a time: use ISO 8601, such as 2026-01-31T12:00:00Z, or epoch ms`,
    );
  }
  return time;
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) {
    throw new ParameterError(`limit is not a whole number from 1 to ${MAX_LIMIT}`);
  }
  return limit;
}
