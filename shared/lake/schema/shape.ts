import { type EventType, type JsonSchema, jsonSchemaOf } from '../../pipeline/index.ts';
import { columnTypeOf, type LakeType, lakeTypeOf } from '../types.ts';

/** What the lake knows of the data of an event type: fields, their types, and which of them every event has. */
export type Shape = string | { readonly list: Shape } | { readonly fields: Fields };

export type Fields = Readonly<Record<string, Field>>;

export interface Field {
  readonly type: Shape;
  readonly required: boolean;
}

/** The fields of an event type, in order of declaration. */
export const fieldsOf = (type: EventType): Fields => fields(jsonSchemaOf(type), columnTypeOf);

function fields(schema: JsonSchema, typeOf: (schema: JsonSchema) => LakeType): Fields {
  const required = new Set(schema.required);
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, field]) => [
      name,
      { type: shape(field, typeOf(field)), required: required.has(name) },
    ]),
  );
}

function shape(schema: JsonSchema, type: LakeType): Shape {
  if (typeof type === 'string') return type;
  // What makes a list or an object of it, where it may also be null.
  const [holder = schema] = (schema.anyOf ?? []).filter(({ type: kind }) => kind !== 'null');
  if ('list' in type) {
    const items = holder.items;
    return { list: typeof items === 'object' ? shape(items as JsonSchema, type.list) : 'varchar' };
  }
  return { fields: fields(holder, lakeTypeOf) };
}
