import { MAX_NESTING } from './nesting.ts';
import { type Rejection, sentence } from './rejection.ts';

/**
 * What is said of text with half a surrogate pair. JSON can escape one (`"\ud800"`) and JavaScript lives with it, but it is no
 * Unicode: no UTF-8 can hold it, and engines of SQL fail on every row of a file where one row escapes it. I-JSON forbids it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7493#section-2.1
 */
export const NOT_UNICODE = 'must be well-formed; it holds half a surrogate pair';

const ESCAPED = /\\u[dD][89a-fA-F]/;

/** Whether JSON escapes surrogates at all, which is known much sooner than whether one of them is half a pair. */
export const escapesSurrogates = (json: string | Buffer): boolean =>
  json.includes('\\u') && ESCAPED.test(typeof json === 'string' ? json : json.toString('latin1'));

/**
 * Why a parsed JSON value cannot be written as Unicode, `undefined` where it can.
 *
 * @param value - an event, or part of one: deeper down than these may be nested, nothing is looked at
 */
export function unicodeProblem(value: unknown): Rejection | undefined {
  const path = findHalfPair(value, MAX_NESTING + 1);
  return path && sentence(path, NOT_UNICODE);
}

/** @returns the path of a text that holds half a pair, or of an object of which the name of a field does */
function findHalfPair(value: unknown, levels: number): (string | number)[] | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : [];
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  const isList = Array.isArray(value);
  for (const name in value) {
    if (!isList && !name.isWellFormed()) return [];
    const path = findHalfPair((value as Record<string, unknown>)[name], levels - 1);
    if (path !== undefined) return [isList ? Number(name) : name, ...path];
  }
  return undefined;
}
