import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventType } from '../../pipeline/index.ts';
import { compareFields, type SchemaChanges } from './compare.ts';
import { type Fields, fieldsOf } from './shape.ts';

/** Where the accepted schemas are kept, one file per event type: part of the sources, like a lockfile. */
export const SCHEMAS = fileURLToPath(new URL('../../../schemas', import.meta.url));

const fileOf = (folder: string, type: EventType): string => join(folder, `${type.name}.json`);

/** The accepted fields of a type, `undefined` where the type is new. */
export function acceptedFields(folder: string, type: EventType): Fields | undefined {
  const file = fileOf(folder, type);
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { fields: Fields }).fields;
}

/** How a type's schema differs from the accepted one, `undefined` where the type is new. */
export function schemaChanges(folder: string, type: EventType): SchemaChanges | undefined {
  const accepted = acceptedFields(folder, type);
  return accepted && compareFields(accepted, fieldsOf(type));
}

/** Makes what is declared the accepted schema. */
export function acceptSchema(folder: string, type: EventType): void {
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ type: type.name, fields: fieldsOf(type) }, null, 2);
  writeFileSync(fileOf(folder, type), `${text}\n`);
}
