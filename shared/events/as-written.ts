import { escapesSurrogates, unicodeProblem } from './unicode.ts';

/**
 * What a function of a declaration made, as its readers will see it: a date is a text, what is undefined is missing.
 *
 * @throws TypeError for what cannot be written as JSON, and for text that is not Unicode: one that was cut may end in half a character
 */
export function asWritten(made: unknown): unknown {
  const text: string | undefined = JSON.stringify(made);
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  const problem = escapesSurrogates(text) ? unicodeProblem(value) : undefined;
  if (problem !== undefined) throw new TypeError(`what it returned: ${problem.reason}`);
  return value;
}
