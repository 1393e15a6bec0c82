import type { StreamEvent } from '../events/types.ts';
import { EACH, type EventType, type PersonalField, personalFields } from '../pipeline/index.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Attributes that quote a personal value this short are left alone: it would be found in nearly every text. */
const MIN_QUOTED = 3;

/** Keeps the personal values of one event type out of everything but this function's memory. */
export interface Protector {
  /** The event with pseudonyms for personal values, in its attributes too; its data is changed in place. */
  protect(event: StreamEvent, pseudonyms: Pseudonyms): StreamEvent;
  /** Whether a text, such as an id, quotes a personal value of some data. */
  quotes(text: string, data: unknown): boolean;
  /** Whether what is at a path of the data is personal, or has something personal in it. */
  covers(path: readonly PropertyKey[]): boolean;
  /** Whether events' ids are personal. */
  readonly personalId: boolean;
}

/** @returns `undefined` for a type without personal fields */
export function protectorOf(type: EventType): Protector | undefined {
  const fields = personalFields(type);
  if (fields.length === 0) return undefined;
  const isPersonal = (field: string | undefined) =>
    fields.some(({ path }) => path.length === 1 && path[0] === field);
  const personalId = isPersonal(type.id);
  const personalKey = isPersonal(type.key);

  return {
    personalId,
    protect(event, pseudonyms) {
      const { time } = event;
      const nameOf = (value: unknown) => pseudonyms.of(value, time);
      const replaced = new Map<string, string>();
      for (const field of fields) hide(event.data, field, 0, nameOf, replaced);
      const hidden = (text: string) => replaceIn(text, replaced);
      // The field that the id was taken from says what the id says.
      const data = event.data as Record<string, unknown> | null;
      const own = type.id === undefined || personalId ? undefined : data?.[type.id];
      if (data !== null && typeof own === 'string') data[type.id as string] = hidden(own);
      return {
        ...event,
        id: personalId ? (replaced.get(event.id) ?? nameOf(event.id)) : hidden(event.id),
        source: hidden(event.source),
        key: personalKey ? (replaced.get(event.key) ?? nameOf(event.key)) : hidden(event.key),
        extra: extraOf(event.extra, hidden),
      };
    },
    quotes(text, data) {
      const values: string[] = [];
      for (const field of fields) collect(data, field.path, 0, values);
      return values.some((value) => value === text || (value.length >= MIN_QUOTED && text.includes(value)));
    },
    covers: (path) =>
      fields.some((field) =>
        field.path.every((part, at) => at >= path.length || part === EACH || part === String(path[at])),
      ),
  };
}

/** @param replaced - filled with the personal texts and their pseudonyms */
function hide(
  value: unknown,
  field: PersonalField,
  at: number,
  nameOf: (value: unknown) => string,
  replaced: Map<string, string>,
): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  const part = field.path[at] as string;
  const last = at === field.path.length - 1;
  for (const name of part === EACH ? Object.keys(holder) : [part]) {
    if (!Object.hasOwn(holder, name)) continue;
    const inside = holder[name];
    if (!last) {
      hide(inside, field, at + 1, nameOf, replaced);
      continue;
    }
    if (inside === undefined || inside === null) continue;
    for (const text of textsIn(inside)) if (!replaced.has(text)) replaced.set(text, nameOf(text));
    if (field.handling === 'pseudonymise') {
      const text = textOf(inside);
      holder[name] = replaced.get(text) ?? nameOf(text);
    } else if (!field.required) delete holder[name];
    else holder[name] = null;
  }
}

function collect(value: unknown, path: readonly string[], at: number, values: string[]): void {
  if (at === path.length) {
    for (const text of textsIn(value)) values.push(text);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  const part = path[at] as string;
  for (const name of part === EACH ? Object.keys(holder) : [part]) {
    if (Object.hasOwn(holder, name)) collect(holder[name], path, at + 1, values);
  }
}

/** The texts and numbers of a value, as texts. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'object') return Object.values(value ?? {}).flatMap(textsIn);
  return value === undefined || typeof value === 'boolean' ? [] : [String(value)];
}

/** A scalar as JSON knows it; anything else as JSON writes it. */
const textOf = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : String(value);

/** Values are replaced the longest first: one may be a part of another. */
function replaceIn(text: string, replaced: ReadonlyMap<string, string>): string {
  const exact = replaced.get(text);
  if (exact !== undefined) return exact;
  let hidden = text;
  const entries = replaced.size > 1 ? [...replaced].sort(([a], [b]) => b.length - a.length) : replaced;
  for (const [value, pseudonym] of entries) {
    if (value.length >= MIN_QUOTED && hidden.includes(value))
      hidden = hidden.replaceAll(value, () => pseudonym);
  }
  return hidden;
}

function extraOf(extra: StreamEvent['extra'], hidden: (text: string) => string): StreamEvent['extra'] {
  if (extra === undefined) return undefined;
  // The data stands in the event itself: its encoded form would hold what was just taken out.
  const { data_base64: _, ...rest } = extra;
  const entries = Object.entries(rest).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' && name !== 'time' ? hidden(value) : value,
  ]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
