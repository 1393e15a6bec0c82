import * as z from 'zod';
import type { EventType } from './event-type.ts';

/** A JSON Schema, as far as Millrace looks into it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

const schemas = new WeakMap<EventType, JsonSchema>();

/** The JSON Schema (draft 2020-12) of what producers may send as data of a type; unknown fields are let through. */
export function jsonSchemaOf(type: EventType): JsonSchema {
  let schema = schemas.get(type);
  if (schema === undefined) {
    schema = z.toJSONSchema(type.schema, { io: 'input' }) as JsonSchema;
    schemas.set(type, schema);
  }
  return schema;
}

/** What a field may hold: the JSON types its schema allows, and whether it may be missing or null. */
export interface FieldKind {
  readonly types: readonly string[];
  readonly nullable: boolean;
}

/** Looks a field up in a type's schema, `undefined` where the schema does not have it. */
export function fieldOf(type: EventType, field: string): FieldKind | undefined {
  const schema = jsonSchemaOf(type);
  const property = schema.properties?.[field];
  if (property === undefined) return undefined;
  const types = typesOf(property);
  return {
    types: types.filter((name) => name !== 'null'),
    nullable: types.includes('null') || !(schema.required ?? []).includes(field),
  };
}

function typesOf(schema: JsonSchema): string[] {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.flatMap(typesOf))];
  return schema.type === undefined ? [] : [schema.type].flat();
}
