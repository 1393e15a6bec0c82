import { MAX_NESTING } from './nesting.ts';
import { type Rejection, sentence } from './rejection.ts';

const HALF_PAIR = /\p{Surrogate}/u;
const ESCAPED = /\\u[dD][89a-fA-F]/;

/**
 * What is said of text with half a surrogate pair. JSON can escape one (`"\ud800"`) and JavaScript lives with it, but it is no
 * Unicode: no UTF-8 can hold it, and engines of SQL fail on every row of a file where one row escapes it. I-JSON forbids it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7493#section-2.1
 */
export const NOT_UNICODE = 'must be well-formed; it holds half a surrogate pair';

/** Whether a text has no half of a surrogate pair. */
export const isUnicode = (text: string): boolean => !HALF_PAIR.test(text);

/** Puts U+FFFD in the place of each half of a pair. */
export const toUnicode = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Whether JSON escapes surrogates at all, which is known much sooner than whether one of them is half a pair. */
export const escapesSurrogates = (json: string): boolean => json.includes('\\u') && ESCAPED.test(json);

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
  if (typeof value === 'string') return isUnicode(value) ? undefined : [];
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const path = findHalfPair(item, levels - 1);
      if (path !== undefined) return [index, ...path];
    }
    return undefined;
  }
  for (const [name, item] of Object.entries(value)) {
    if (!isUnicode(name)) return [];
    const path = findHalfPair(item, levels - 1);
    if (path !== undefined) return [name, ...path];
  }
  return undefined;
}
