import type { Ajv2020, ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { type EventType, type JsonSchema, jsonSchemaOf } from '../pipeline/index.ts';
import { type Rejection, rejection, sentence } from './rejection.ts';
import { describeSchema } from './rules.ts';

/** The name under which an event type's schema is known to its ajv. */
export const ROOT = 'root';

/** Reasons beyond these would not be read. */
const MAX_REASONS = 20;

/**
 * Finds the words for data that is not valid, at least one reason. Each top-level field is checked by itself, up to its
 * first fault: that bounds the work and the memory, where ajv's `allErrors` would make half a million errors of a
 * megabyte of faulty list items.
 *
 * @param ajv - knows the type's schema as {@link ROOT}
 */
export function explainer(type: EventType, ajv: Ajv2020): (data: unknown) => Rejection[] {
  const schema = jsonSchemaOf(type);
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (field: string): ValidateFunction => {
    const known = validators.get(field);
    if (known !== undefined) return known;
    const pointer = encodeURIComponent(field.replaceAll('~', '~0').replaceAll('/', '~1'));
    const validator = ajv.getSchema(`${ROOT}#/properties/${pointer}`) as ValidateFunction;
    validators.set(field, validator);
    return validator;
  };
  return (data) => {
    const reasons = byField(schema, data, validatorOf);
    return reasons.length > 0 && reasons.every((reason) => reason !== undefined)
      ? reasons.slice(0, MAX_REASONS)
      : byZod(type, data);
  };
}

/** One reason per faulty field, `undefined` for one that takes too many words. */
function byField(
  { properties = {}, required = [] }: JsonSchema,
  data: unknown,
  validatorOf: (field: string) => ValidateFunction,
): (Rejection | undefined)[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return [rejection([], 'must be an object', data ?? null)];
  }
  const reasons: (Rejection | undefined)[] = [];
  for (const [field, schema] of Object.entries(properties)) {
    const value = (data as Record<string, unknown>)[field];
    if (value === undefined) {
      if (required.includes(field))
        reasons.push(rejection([field], must(schema) ?? 'must be given', undefined));
      continue;
    }
    const validator = validatorOf(field);
    if (validator(value)) continue;
    const error = validator.errors?.at(-1);
    const rule = error && ruleOf(error);
    reasons.push(error && rule ? rejection([field, ...pathOf(error, value)], rule, error.data) : undefined);
  }
  return reasons;
}

/** zod's own words: for refinements, and for unions of objects, where it knows which one was meant. */
function byZod(type: EventType, data: unknown): Rejection[] {
  const issues = type.schema.safeParse(data).error?.issues.slice(0, MAX_REASONS) ?? [];
  return issues.length === 0
    ? [sentence([], 'does not match the schema')]
    : issues.map(({ path, message }) => sentence(path, message));
}

const must = (schema: JsonSchema): string | undefined => {
  const description = describeSchema(schema);
  return description && `must be ${description}`;
};

/** The rule that was broken: the whole of what is demanded of the value, so that the next attempt can be right. */
function ruleOf(error: ErrorObject): string | undefined {
  const schema = error.parentSchema as JsonSchema;
  return error.keyword === 'required'
    ? `must have the field "${String(error.params.missingProperty)}"`
    : must(schema);
}

/** A JSON pointer as a path; parts that lead into a list are numbers. */
function pathOf(error: ErrorObject, root: unknown): PropertyKey[] {
  let value = root;
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const key = Array.isArray(value) ? Number(name) : name;
      value = (value as Record<PropertyKey, unknown>)[key];
      return key;
    });
}
