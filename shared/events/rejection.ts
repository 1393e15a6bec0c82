import { show } from './show.ts';

/** Why the data of an event is not valid. */
export interface Rejection {
  /** Path of the field, such as `address.lines[2]`; empty for the data as a whole. */
  readonly field: string;
  /** A whole sentence, with the field's name: `receive_bytes: must be a whole number, at least 0; got -3`. */
  readonly reason: string;
  /** Where the field is, part by part; empty for the data as a whole. */
  readonly path: readonly PropertyKey[];
  /** As {@link reason}, without anything of the value: for values that nobody else may see. */
  readonly rule: string;
}

/** @param rule - what the value should have been: `must be a number` */
export function rejection(path: readonly PropertyKey[], rule: string, value: unknown): Rejection {
  const said = value === undefined ? `is missing: it ${rule}` : `${rule}; got ${show(value)}`;
  return made(path, said, value === undefined ? said : rule);
}

/** @param said - all there is to say about the field; it may quote the value */
export const sentence = (path: readonly PropertyKey[], said: string): Rejection =>
  made(path, said, 'does not match the schema');

function made(path: readonly PropertyKey[], said: string, rule: string): Rejection {
  const field = path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  const named = (text: string) => (field === '' ? text : `${field}: ${text}`);
  return { field, reason: named(said), path, rule: named(rule) };
}

/** A path as a JSON pointer. @see https://www.rfc-editor.org/rfc/rfc6901 */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
