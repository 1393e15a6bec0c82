import type { EventType } from './event-type.ts';
import type { JsonSchema } from './fields.ts';
import { EACH, type PersonalField, personalFields } from './personal.ts';

/** The longest pseudonym: `psn_`, the name of the key, 32 characters. */
const PSEUDONYM_LENGTH = 64;
/** Keywords that say more of a text than how long it may be. */
const NARROWING = ['pattern', 'format', 'enum', 'const', 'contentEncoding'];

/** What is wrong with the personal parts of a type: an event must be valid with pseudonyms, and without what is dropped. */
export function* checkPersonal(type: EventType): Generator<string> {
  for (const field of personalFields(type)) {
    const name = field.path.join('.');
    const at = `event type "${type.name}": its personal field "${name}"`;
    if (name === '') yield `event type "${type.name}" is personal as a whole: mark its fields`;
    else if (name === type.time) yield `${at} is its time, which must stay: round it at its source instead`;
    else if (field.handling === 'drop') yield* checkDropped(type, field, at);
    else if (!takesAnyText(field.schema)) {
      yield `${at} would not be valid as a pseudonym: make it a text of up to ${PSEUDONYM_LENGTH} characters or more, without a format, or drop it`;
    }
  }
}

function* checkDropped(
  type: EventType,
  { path, required, schema }: PersonalField,
  at: string,
): Generator<string> {
  const [first] = path;
  if (path.length === 1 && (first === type.key || first === type.id)) {
    yield `${at} is its ${first === type.key ? 'key' : 'id'}: use a pseudonym`;
  } else if (path.at(-1) === EACH) {
    yield `${at} is dropped item by item: drop the list`;
  } else if (required && !allowsNull(schema)) {
    yield `${at} is dropped, but required: make it optional`;
  }
}

function takesAnyText(schema: JsonSchema): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some(takesAnyText);
  const { maxLength = PSEUDONYM_LENGTH } = schema as { maxLength?: number };
  return (
    [schema.type].flat().includes('string') &&
    maxLength >= PSEUDONYM_LENGTH &&
    NARROWING.every((keyword) => schema[keyword] === undefined)
  );
}

const allowsNull = (schema: JsonSchema): boolean =>
  (schema.anyOf ?? [schema]).some(({ type }) => [type].flat().includes('null'));
