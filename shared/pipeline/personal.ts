import type { z } from 'zod';
import type { EventType } from './event-type.ts';
import { type JsonSchema, jsonSchemaOf } from './fields.ts';

/** What ingestion does to a personal value before the event is stored. */
export type PersonalHandling = 'pseudonymise' | 'drop';

/** Stands in a path for every item of a list, and for every value of a record. */
export const EACH = '*';

/** A part of an event's data that is personal. */
export interface PersonalField {
  readonly path: readonly string[];
  readonly handling: PersonalHandling;
  /** Its own schema. */
  readonly schema: JsonSchema;
  /** Whether an event without it would not be valid. */
  readonly required: boolean;
}

/**
 * Marks a part of an event type's schema as personal: `user: personal(z.string())`. Its value is replaced by a pseudonym, or
 * dropped, before the event reaches the stream.
 */
export function personal<T extends z.ZodType>(schema: T, handling: PersonalHandling = 'pseudonymise'): T {
  return schema.meta({ ...schema.meta(), personal: handling }) as T;
}

const fields = new WeakMap<EventType, readonly PersonalField[]>();

/** The personal parts of a type's data, in order of declaration. */
export function personalFields(type: EventType): readonly PersonalField[] {
  let found = fields.get(type);
  if (found === undefined) {
    const root = jsonSchemaOf(type);
    found = [...find(root, root, [], false, new Set())];
    fields.set(type, found);
  }
  return found;
}

/** @param seen - references followed on the way here: recursive schemas lead back to themselves */
function* find(
  root: JsonSchema,
  schema: JsonSchema,
  path: readonly string[],
  required: boolean,
  seen: ReadonlySet<string>,
): Generator<PersonalField> {
  const { personal: handling, $ref } = schema;
  if (handling === 'pseudonymise' || handling === 'drop') {
    yield { path, handling, schema, required };
    return;
  }
  if (typeof $ref === 'string' && !seen.has($ref)) {
    yield* find(root, resolve(root, $ref), path, required, new Set([...seen, $ref]));
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    yield* find(root, part, [...path, name], (schema.required ?? []).includes(name), seen);
  }
  for (const key of ['items', 'additionalProperties'] as const) {
    if (isSchema(schema[key])) yield* find(root, schema[key], [...path, EACH], false, seen);
  }
  for (const key of ['prefixItems', 'anyOf', 'oneOf', 'allOf'] as const) {
    const inside = key === 'prefixItems' ? [...path, EACH] : path;
    for (const part of (schema[key] ?? []) as JsonSchema[]) yield* find(root, part, inside, required, seen);
  }
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

function resolve(root: JsonSchema, ref: string): JsonSchema {
  let found: unknown = root;
  for (const part of ref.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    found = isSchema(found) ? found[name] : undefined;
  }
  return isSchema(found) ? found : {};
}
