import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { type EventType, jsonSchemaOf } from '../pipeline/index.ts';
import { explainer, ROOT } from './explain.ts';
import { isExpressible } from './expressible.ts';
import { useFastLengths } from './length-keywords.ts';
import { type Rejection, sentence } from './rejection.ts';

export type { Rejection } from './rejection.ts';

/** Checks the data of an event: `undefined` when it is valid, else the reasons why not. Never throws. */
export type Validator = (data: unknown) => Rejection[] | undefined;

const OPTIONS: Options = {
  // The schema is zod's own: checking it against the meta-schema would double the start of a function.
  meta: false,
  validateSchema: false,
  strict: false,
  // 1e999 is Infinity once parsed, and no number to zod.
  strictNumbers: true,
  // zod writes formats as patterns, too; those of formats that are code are left to zod (see isExpressible).
  validateFormats: false,
  // zod's patterns are without the u flag.
  unicodeRegExp: false,
  // Hands the explanation the schema that was broken and the value that broke it.
  verbose: true,
  logger: false,
};

const validators = new WeakMap<EventType, Validator>();

/**
 * The validator of an event type's data. It accepts what the type's zod schema accepts: by code that ajv generates from its
 * JSON Schema (a twentieth of zod's time), or by zod itself where the schema has refinements or other rules that JSON
 * Schema cannot say. Data stays as it is: defaults and transformations of the schema are not applied.
 *
 * Compiling costs milliseconds, so it waits for the first event that needs it.
 */
export function compileValidator(type: EventType): Validator {
  let validator = validators.get(type);
  if (validator === undefined) {
    validator = lazily(() => build(type));
    validators.set(type, validator);
  }
  return validator;
}

function lazily(make: () => Validator): Validator {
  let validator: Validator | undefined;
  return (data) => {
    validator ??= make();
    return validator(data);
  };
}

function build(type: EventType): Validator {
  const ajv = useFastLengths(new Ajv2020(OPTIONS));
  // With a name, parts of the schema can be asked for by reference.
  ajv.addSchema(jsonSchemaOf(type), ROOT);
  const explain = explainer(type, ajv);
  const isValid = isExpressible(type.schema)
    ? (ajv.getSchema(ROOT) as ValidateFunction)
    : (data: unknown) => type.schema.safeParse(data).success;
  return (data) => {
    try {
      return isValid(data) ? undefined : explain(data);
    } catch (error) {
      // A refinement is user code, and a recursive schema may overflow the stack: that says something about this
      // event, and nothing about the batch that it is in.
      return [sentence([], `its check failed: ${String(error)}`)];
    }
  };
}
