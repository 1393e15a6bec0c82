import { EventProblem } from './event-problem.ts';
import { essenceOf } from './media-type.ts';

const NAME = /^[a-z0-9]+$/;
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** What the values of attributes match, as regular expressions that a JSON Schema may have. */
export const ATTRIBUTE_PATTERNS = {
  /** RFC 2046, as far as it can be told from other texts. */
  mediaType: `^${TOKEN}/${TOKEN}\\s*(?:;.*)?$`,
  /** Without control characters and the noncharacters of the basic plane; halves of pairs no portable pattern can name. */
  text: '^[^\\u0000-\\u001f\\u007f-\\u009f\\ufdd0-\\ufdef\\ufffe\\uffff]*$',
};
const MEDIA_TYPE = new RegExp(ATTRIBUTE_PATTERNS.mediaType);
const TEXT = new RegExp(ATTRIBUTE_PATTERNS.text, 'u');
/** Integers of CloudEvents have 32 bits. */
const MAX_INTEGER = 2 ** 31 - 1;
/** `2018-04-05T17:31:00`: RFC 3339 demands the seconds, which a colon stands before. */
const BEFORE_SECONDS = 16;

export const isCloudEventsMedia = (contentType: string): boolean =>
  essenceOf(contentType).startsWith('application/cloudevents');

/** Whether a media type declares JSON, as the JSON format defines it (section 3.1.1). */
export const isJsonMedia = (contentType: string): boolean =>
  /\/(?:[^/]+\+)?json$/.test(essenceOf(contentType));

/**
 * Checks the attributes of a CloudEvents event that most events do not have, and takes out those that are null, which is to
 * say unset. What is read from streams is not held to these rules: an event that is there is worth more than a rule.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system
 * @param extra - as of a `StreamEvent`; it stays as it is
 * @returns the attributes that are set, `undefined` where none is
 */
export function checkAttributes(
  extra: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | undefined | EventProblem {
  let nulls = 0;
  let count = 0;
  for (const name in extra) {
    count++;
    const value = extra[name];
    if (value === null) {
      nulls++;
      continue;
    }
    const rule = brokenRule(name, value);
    if (rule !== undefined) {
      return new EventProblem('invalid-event', `not a CloudEvents event: ${name} ${rule}`, `/${name}`);
    }
  }
  if (nulls === 0) return extra;
  return nulls === count
    ? undefined
    : Object.fromEntries(Object.entries(extra).filter(([, value]) => value !== null));
}

function brokenRule(name: string, value: unknown): string | undefined {
  switch (name) {
    case 'data_base64':
      return undefined;
    case 'time':
      return typeof value === 'string' && value[BEFORE_SECONDS] === ':'
        ? undefined
        : 'must be an RFC 3339 date-time with seconds';
    case 'datacontenttype':
      return typeof value === 'string' && MEDIA_TYPE.test(value) ? undefined : 'must be a media type';
    case 'subject':
    case 'dataschema':
      return typeof value === 'string' && value !== '' && TEXT.test(value)
        ? undefined
        : 'must be a text that is not empty';
    default:
      return NAME.test(name) ? brokenValue(value) : 'must have a name of lower-case letters and digits';
  }
}

function brokenValue(value: unknown): string | undefined {
  const kept =
    typeof value === 'boolean' ||
    (typeof value === 'string' && TEXT.test(value)) ||
    (Number.isInteger(value) && Math.abs(value as number) <= MAX_INTEGER);
  return kept
    ? undefined
    : 'must be a text without control characters and noncharacters, a 32-bit integer, true or false';
}
