import type { z } from 'zod';
import type * as core from 'zod/v4/core';

/** Checks that mean the same in JSON Schema. */
const CHECKS: ReadonlySet<string> = new Set([
  'min_length',
  'max_length',
  'length_equals',
  'greater_than',
  'less_than',
  'number_format',
  'string_format',
  'describe',
  'meta',
]);

/** Formats of texts that zod checks by nothing but a regular expression, which it writes into the JSON Schema. */
const FORMATS: ReadonlySet<string> = new Set([
  'regex',
  'starts_with',
  'ends_with',
  'uuid',
  'guid',
  'ulid',
  'cuid2',
  'nanoid',
  'email',
  'ipv4',
  'datetime',
  'date',
  'time',
  'duration',
]);

type Def = core.$ZodTypeDef & Readonly<Record<string, unknown>>;

/**
 * Whether JSON Schema says all that a zod schema demands of parsed JSON: no refinements, transformations, coercions or
 * formats that are code. The list is of what is known to be the same; everything else counts as different.
 */
export function isExpressible(schema: z.ZodType): boolean {
  return isSame(schema, new Set());
}

/** @param seen - schemas whose answer is already being looked for: recursive ones lead back to themselves */
function isSame(schema: core.$ZodType, seen: Set<core.$ZodType>): boolean {
  if (seen.has(schema)) return true;
  seen.add(schema);
  const def = schema._zod.def as Def;
  if (def.coerce === true) return false;
  // A format such as z.uuid() is a schema and its own check.
  if (typeof def.check === 'string' && !isSameCheck(def)) return false;
  for (const check of def.checks ?? []) {
    if (!isSameCheck(check._zod.def as unknown as Def)) return false;
  }
  return isSameType(def, (part) => isSame(part as core.$ZodType, seen));
}

function isSameType(def: Def, isSamePart: (part: unknown) => boolean): boolean {
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'enum':
      return true;
    case 'literal':
      return (def.values as unknown[]).every(isJsonScalar);
    case 'object':
      // An object that names what is to become of other fields has a catchall.
      return def.catchall === undefined && Object.values(def.shape as object).every(isSamePart);
    case 'array':
      return isSamePart(def.element);
    case 'union':
      // "Exactly one" is the same as "any" where a discriminator lets no value match two.
      return (
        (def.inclusive !== false || def.discriminator !== undefined) &&
        (def.options as unknown[]).every(isSamePart)
      );
    case 'optional':
    case 'nullable':
    case 'readonly':
    case 'default':
      return isSamePart(def.innerType);
    default:
      return false;
  }
}

function isSameCheck(def: Def): boolean {
  if (!CHECKS.has(def.check as string)) return false;
  if (def.check === 'string_format') {
    // JSON Schema has no flags: /a/i would become /a/.
    return FORMATS.has(def.format as string) && (def.pattern as RegExp | undefined)?.flags === '';
  }
  return def.check === 'greater_than' || def.check === 'less_than' ? typeof def.value === 'number' : true;
}

const isJsonScalar = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
