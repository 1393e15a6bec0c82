import { isAscii, isUtf8 } from 'node:buffer';

/** Bytes read as JSON: the value, or why they are none. */
export type Parsed = { readonly value: unknown } | { readonly reason: string };

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
    return { value: JSON.parse(bytes.toString(encoding, from)) };
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
