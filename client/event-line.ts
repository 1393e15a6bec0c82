import type { DeclaredType } from './declared.ts';

/** Where CloudEvents are posted, below the version's path. */
export const CLOUDEVENTS_PATH = 'events';

/** Where the lines of {@link eventLine} are posted, below the version's path. */
export const pathOf = (type: DeclaredType): string =>
  type.id === undefined ? CLOUDEVENTS_PATH : `events/${encodeURIComponent(type.name)}`;

/** Whether an event's data says itself which event it is. */
export function hasId(type: DeclaredType, data: Readonly<Record<string, unknown>>): boolean {
  const given = type.id === undefined ? undefined : data[type.id];
  return given !== undefined && given !== null;
}

/**
 * One event as a line of NDJSON. Where its type has no field for an id, it goes as a CloudEvents event, which always has one; its
 * source is that of bare data.
 *
 * @param id - for data that brings none
 * @param text - the data as JSON, where the caller has it; it stays as it is but for an id put in front
 */
export function eventLine(
  type: DeclaredType,
  id: string,
  data: Readonly<Record<string, unknown>>,
  text: string = JSON.stringify(data),
): string {
  if (type.id !== undefined) return withId(type.id, id, data, text);
  const attributes = JSON.stringify({
    specversion: '1.0',
    id,
    source: `/v1/events/${type.name}`,
    type: type.name,
    time: (type.time === undefined ? undefined : data[type.time]) ?? null,
  });
  return `${attributes.slice(0, -1)},"data":${text}}`;
}

function withId(field: string, id: string, data: Readonly<Record<string, unknown>>, text: string): string {
  const given = data[field];
  // A null has to be replaced: of two equal names in one object the last counts.
  if (given === null) return JSON.stringify({ ...data, [field]: id });
  if (given !== undefined) return text;
  const rest = text.slice(text.indexOf('{') + 1);
  const comma = rest.trimStart().startsWith('}') ? '' : ',';
  return `{${JSON.stringify(field)}:${JSON.stringify(id)}${comma}${rest}`;
}

/** An id that no other event has: also where a page is not served over HTTPS, and so has no `randomUUID`. */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
