import { ENCODINGS } from '../ingest/body.ts';
import { LIMITS } from '../ingest/limits.ts';
import { OFFSET_HEADER } from '../ingest/sender-clock.ts';
import { formatDuration } from '../pipeline/index.ts';
import { DEFAULT_LIMIT, MAX_LIMIT } from '../results/limits.ts';
import type { ApiAccess } from './security.ts';
import type { HeaderObject, Parameter, Reference, Schema } from './types.ts';

const TIME: Schema = {
  anyOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', pattern: '^\\d{1,15}$' },
  ],
};

/** What is empty in a query counts as not given. */
const EMPTY: Schema = { type: 'string', maxLength: 0 };

/** In a query a date is its midnight, and times before 1970 are negative. */
const QUERY_TIME: Schema = {
  anyOf: [
    { type: 'string', format: 'date-time' },
    { type: 'string', format: 'date' },
    { type: 'string', pattern: '^-?\\d{1,15}$' },
    EMPTY,
  ],
};

const header = (name: string, description: string, schema: Schema, example?: unknown): Parameter => ({
  name,
  in: 'header',
  description,
  schema,
  ...(example !== undefined && { example }),
});

const query = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

const attribute = (name: string, description: string, schema: Schema = { type: 'string', minLength: 1 }) =>
  header(`ce-${name}`, `Binary mode: ${description}`, schema);

/**
 * The content encodings that are taken: deployed functions have zstd, whatever Node makes this document; a local run has what its
 * Node has.
 */
const encodingsOf = (gateway: ApiAccess['gateway']): readonly string[] => [
  ...new Set([...ENCODINGS.split(', '), ...(gateway === 'aws' ? ['zstd'] : [])]),
];

/** One or two of the encodings. */
function encodingPattern(encodings: readonly string[]): string {
  const names = ['identity', 'x-gzip', ...encodings].join('|');
  return `^(?:${names})(?: *, *(?:${names}))?$`;
}

const encodingParameter = (encodings: readonly string[]) => ({
  encoding: header(
    'content-encoding',
    `How the body is compressed: ${encodings.join(', ')}. Two, separated by commas, may be applied one after the other.`,
    { type: 'string', pattern: encodingPattern(encodings) },
    'gzip',
  ),
});

const CLOCK = {
  sentAt: header(
    'millrace-sent-at',
    `The sender's clock when it sent this: a date-time or epoch milliseconds, at most ${formatDuration(LIMITS.clockOffset)} off. Event times are corrected by the difference to the time of arrival. Repeat it as it was with every retry.`,
    TIME,
  ),
  sentAtToo: header('sent-at', 'The same, where `millrace-sent-at` is not given.', TIME),
  sender: header(
    'millrace-sender',
    'A name for the sender whose clock this is: a new one whenever its clock was set. Its first 256 characters count.',
    { type: 'string' },
    'device-7/boot-12',
  ),
};

const ATTRIBUTES = {
  specversion: attribute('specversion', 'the version of CloudEvents.', { const: '1.0' }),
  id: attribute('id', 'the id of the event.', { type: 'string', minLength: 1, maxLength: LIMITS.name }),
  source: attribute('source', 'who the event is from, a URI reference.'),
  type: attribute('type', 'its type.'),
  time: attribute('time', 'its event time.', { type: 'string', format: 'date-time' }),
  partitionKey: attribute('partitionkey', 'events of one key stay in order.', {
    type: 'string',
    minLength: 1,
    maxLength: LIMITS.name,
  }),
  subject: attribute('subject', 'what it is about.'),
  dataSchema: attribute('dataschema', 'a URI of the schema of its data.'),
};

const WINDOWS = {
  key: query('key', 'Windows of this key alone.', { type: 'string' }),
  from: query('from', 'Windows that start at this time or later.', QUERY_TIME),
  to: query('to', 'Windows that start before this time, which is not before `from`.', QUERY_TIME),
  limit: query('limit', 'How many windows at most.', {
    anyOf: [{ type: 'integer', minimum: 1, maximum: MAX_LIMIT }, EMPTY],
    default: DEFAULT_LIMIT,
  }),
  cursor: query('cursor', 'The cursor of the page before, with the other parameters as they were.', {
    type: 'string',
  }),
};

const WEB_HOOK = {
  hookOrigin: header('webhook-request-origin', 'The DNS name of the system that wants to deliver.', {
    type: 'string',
  }),
  hookRate: header(
    'webhook-request-rate',
    'How many requests a minute it wants to make, a whole number; anything else is ignored.',
    { type: 'string' },
  ),
};

/** The parameters that operations share, by name. */
export const sharedParameters = ({ gateway }: ApiAccess): Readonly<Record<string, Parameter>> => ({
  ...encodingParameter(encodingsOf(gateway)),
  ...CLOCK,
  ...ATTRIBUTES,
  ...WINDOWS,
  ...WEB_HOOK,
});

const refs = (parameters: object): Reference[] =>
  Object.keys(parameters).map((name) => ({ $ref: `#/components/parameters/${name}` }));

/** Of bodies, and of what is said about the sender. */
export const BODY_PARAMETERS = refs({ ...encodingParameter([]), ...CLOCK });
/** The attributes of CloudEvents in binary mode. */
export const ATTRIBUTE_PARAMETERS = refs(ATTRIBUTES);
export const WINDOW_PARAMETERS = refs(WINDOWS);
export const WEB_HOOK_PARAMETERS = refs(WEB_HOOK);

/** A part of the path that names one of several things. */
export const pathParameter = (name: string, description: string, values: readonly string[]): Parameter => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', enum: values },
  ...(values[0] !== undefined && { example: values[0] }),
});

/** What a success says in its headers. */
export const RECEIPT_HEADERS: Readonly<Record<string, HeaderObject>> = {
  [OFFSET_HEADER]: {
    description: 'Milliseconds that were added to event times; there where `millrace-sent-at` was given.',
    schema: { type: 'integer' },
  },
};
