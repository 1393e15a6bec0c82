import type { JsonSchema } from '../pipeline/index.ts';

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'an ISO 8601 date-time with a zone',
  date: 'a date (YYYY-MM-DD)',
  uuid: 'a UUID',
  email: 'an e-mail address',
  ipv4: 'an IPv4 address',
};

/** What zod's `int()` adds to every whole number: it goes without saying. */
const SAFE = Number.MAX_SAFE_INTEGER;

/** What a JSON Schema demands of a value, in words that follow "must be"; `undefined` where words would be too many. */
export function describeSchema(schema: JsonSchema): string | undefined {
  const { anyOf } = schema;
  if (anyOf !== undefined) {
    const parts = anyOf.map(describeSchema);
    // Of objects and lists, "an object or an object" would say nothing.
    const plain = anyOf.every(({ type }) => type !== 'object' && type !== 'array');
    return plain && parts.every((part) => part !== undefined) ? join(parts) : undefined;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return join(schema.enum.map((value) => JSON.stringify(value)));
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return undefined;
  const format = types.includes('string') ? FORMATS[String(schema.format)] : undefined;
  const noun = format ?? join(types.map((type) => TYPES[type] ?? type));
  return [noun, ...numberRules(schema), ...lengthRules(schema), ...patternRule(schema, format)].join(', ');
}

function* numberRules(schema: JsonSchema): Generator<string> {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (minimum !== undefined && minimum !== -SAFE) yield `at least ${minimum}`;
  if (exclusiveMinimum !== undefined) yield `greater than ${exclusiveMinimum}`;
  if (maximum !== undefined && maximum !== SAFE) yield `at most ${maximum}`;
  if (exclusiveMaximum !== undefined) yield `less than ${exclusiveMaximum}`;
}

function* lengthRules(schema: JsonSchema): Generator<string> {
  const { minLength, maxLength, minItems, maxItems } = schema;
  if (minLength === 1) yield 'not empty';
  else if (minLength !== undefined) yield `at least ${minLength} characters long`;
  if (maxLength !== undefined) yield `at most ${maxLength} characters long`;
  if (minItems !== undefined) yield `of at least ${minItems} items`;
  if (maxItems !== undefined) yield `of at most ${maxItems} items`;
}

function* patternRule(schema: JsonSchema, format: string | undefined): Generator<string> {
  if (typeof schema.pattern === 'string' && format === undefined) yield `like /${schema.pattern}/`;
}

const join = (parts: readonly (string | undefined)[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
