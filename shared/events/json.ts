import { isAscii, isUtf8 } from 'node:buffer';
import { escapesSurrogates } from './unicode.ts';

/** What was read as JSON. */
export interface ParsedJson {
  readonly value: unknown;
  /** Whether it has to be looked at for texts that are not Unicode: see {@link unicodeProblem}. */
  readonly isSuspect: boolean;
}

/** Bytes read as JSON, or why they are none. */
export type Parsed = ParsedJson | { readonly reason: string };

/**
 * Parses UTF-8 JSON. Bytes that are not UTF-8 are refused: reading them would silently put U+FFFD in their place. The check costs
 * less than a hundredth of the parsing.
 *
 * @param from - where the JSON begins
 */
export function parseJson(bytes: Buffer, from = 0): Parsed {
  // Nearly all JSON is ASCII, of which a text is made faster when nothing needs to be decoded.
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  if (encoding === 'utf8' && !isUtf8(bytes)) return { reason: 'not UTF-8' };
  try {
    const text = bytes.toString(encoding, from);
    return { value: JSON.parse(text), isSuspect: escapesSurrogates(text) };
  } catch (error) {
    return { reason: jsonFault(error) };
  }
}

/**
 * Why a text is not JSON, in the parser's words less the text itself: V8 quotes some of what it read, and that may be personal.
 */
export function jsonFault(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const place = /\bat position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  const [kind = ''] = message.split(/ in JSON\b| after JSON\b| at position |, "|, \.\.\./, 1);
  return `not JSON: ${[kind.toLowerCase(), place].filter(Boolean).join(' ')}`;
}
