import { show } from './show.ts';

/** Why the data of an event is not valid. */
export interface Rejection {
  /** Path of the field, such as `address.lines[2]`; empty for the data as a whole. */
  readonly field: string;
  /** A whole sentence, with the field's name: `receive_bytes: must be a whole number, at least 0; got -3`. */
  readonly reason: string;
}

/** @param rule - what the value should have been: `must be a number` */
export function rejection(path: readonly PropertyKey[], rule: string, value: unknown): Rejection {
  const said = value === undefined ? `is missing: it ${rule}` : `${rule}; got ${show(value)}`;
  return sentence(path, said);
}

/** @param said - all there is to say about the field */
export function sentence(path: readonly PropertyKey[], said: string): Rejection {
  const field = path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
  return { field, reason: field === '' ? said : `${field}: ${said}` };
}
