import type { JsonSchema } from '../pipeline/fields.ts';

/** The type of a column, in the few kinds that Parquet, Athena and DuckDB agree on. */
export type LakeType =
  | 'bigint'
  | 'double'
  | 'boolean'
  | 'varchar'
  | 'timestamp'
  | { readonly list: LakeType }
  | { readonly struct: readonly Column[] };

/** A named column or field. */
export interface Column {
  readonly name: string;
  readonly type: LakeType;
}

/**
 * The type in which the lake's tables keep a value of a JSON Schema. What may be of several types, and what has no declared
 * shape, is kept as text: numbers as their digits, objects and arrays as JSON.
 */
export function lakeTypeOf(schema: JsonSchema): LakeType {
  const alternatives = (schema.anyOf ?? [schema]).filter(({ type }) => type !== 'null');
  const kinds = [...new Map(alternatives.map(single).map((type) => [JSON.stringify(type), type])).values()];
  const [kind] = kinds;
  if (kind === undefined) return 'varchar';
  if (kinds.length === 1) return kind;
  return kinds.every((each) => each === 'bigint' || each === 'double') ? 'double' : 'varchar';
}

function single(schema: JsonSchema): LakeType {
  const names = [schema.type ?? []].flat().filter((name) => name !== 'null');
  if (schema.anyOf !== undefined) return lakeTypeOf(schema);
  if (names.length === 2 && names.includes('integer') && names.includes('number')) return 'double';
  if (names.length !== 1) return 'varchar';
  switch (names[0]) {
    case 'integer':
      return 'bigint';
    case 'number':
      return 'double';
    case 'boolean':
      return 'boolean';
    case 'array':
      return { list: isSchema(schema.items) ? lakeTypeOf(schema.items) : 'varchar' };
    case 'object':
      return objectType(schema);
    default:
      return 'varchar';
  }
}

/** An object whose fields are not declared, or not all of them, cannot be a struct without losing some. */
function objectType(schema: JsonSchema): LakeType {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return 'varchar';
  return { struct: fields.map(([name, field]) => ({ name, type: lakeTypeOf(field) })) };
}

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

/** The type of a field of an event: an instant is kept as such where it is a field of its own, and as text deeper down. */
export const columnTypeOf = (schema: JsonSchema): LakeType =>
  schema.type === 'string' && schema.format === 'date-time' ? 'timestamp' : lakeTypeOf(schema);

/** The type in DuckDB's SQL. */
export function duckdbType(type: LakeType): string {
  if (typeof type === 'string') return type.toUpperCase();
  if ('list' in type) return `${duckdbType(type.list)}[]`;
  return `STRUCT(${type.struct.map(({ name, type: of }) => `${quoteName(name)} ${duckdbType(of)}`).join(', ')})`;
}

/** The type in the language of Glue and Athena's tables. */
export function glueType(type: LakeType): string {
  if (type === 'varchar') return 'string';
  if (typeof type === 'string') return type;
  if ('list' in type) return `array<${glueType(type.list)}>`;
  return `struct<${type.struct.map(({ name, type: of }) => `${name.toLowerCase()}:${glueType(of)}`).join(',')}>`;
}

/** A name as SQL writes it where it could be anything. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL writes it. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
