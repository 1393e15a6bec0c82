import { ERRORS, type ErrorCode, type ErrorDescription } from '../errors.ts';
import { problemType } from '../ingest/problem.ts';
import { COUNTED } from './answers.ts';
import { RECEIPT_HEADERS } from './parameters.ts';
import { type HeaderObject, type ResponseObject, type Schema, schemaRef } from './types.ts';

/** What a request can be: which errors it can be answered with depends on it. */
export type Activity =
  | 'send'
  | 'sendType'
  | 'check'
  | 'checkType'
  | 'agree'
  | 'agreeType'
  | 'windows'
  | 'stages'
  | 'static';

const INGEST = ['send', 'sendType', 'check', 'checkType'] as const;
const ALL = [...INGEST, 'agree', 'agreeType', 'windows', 'stages', 'static'] as const;

/** Where each error can happen. A new one does not compile until it is said here. */
const HAPPENS: Readonly<Record<ErrorCode, readonly Activity[]>> = {
  'invalid-body': INGEST,
  'invalid-json': INGEST,
  'empty-request': INGEST,
  'invalid-events': INGEST,
  'invalid-parameter': ['windows'],
  'invalid-sent-at': INGEST,
  'missing-key': [...INGEST, 'windows', 'stages'],
  'unknown-key': [...INGEST, 'windows', 'stages'],
  'disabled-key': [...INGEST, 'windows', 'stages'],
  'forbidden-type': INGEST,
  // Of no operation: the path, or the method, is none that the document has.
  'not-found': [],
  'method-not-allowed': [],
  'unknown-type': ['sendType', 'checkType', 'agreeType'],
  'unknown-stage': ['windows'],
  'body-too-large': INGEST,
  'too-many-events': INGEST,
  'unsupported-media-type': INGEST,
  'unsupported-encoding': INGEST,
  throttled: ['send', 'sendType'],
  'rate-limited': ['send', 'sendType'],
  internal: ALL,
  unavailable: ['send', 'sendType'],
  'results-unavailable': ['windows', 'stages'],
  'keys-unavailable': [...INGEST, 'windows', 'stages'],
  'clock-unavailable': ['send', 'sendType'],
  'pseudonyms-unavailable': INGEST,
};

const MEDIA = 'application/problem+json';

/** What problem documents of some errors have besides the standard members. */
const MEMBERS: Partial<Readonly<Record<ErrorCode, Schema>>> = {
  'invalid-events': schemaRef('Receipt'),
  // Only where the events, and not the path, are of a type that may not be sent.
  'forbidden-type': { properties: COUNTED },
  'unknown-stage': {
    required: ['stages'],
    properties: {
      stages: { type: 'array', items: { type: 'string' }, description: 'Those that there are.' },
    },
  },
  throttled: schemaRef('PartialReceipt'),
  unavailable: schemaRef('PartialReceipt'),
};

/** Errors that are found when the events have been looked at. */
const TELLS_OF_EVENTS: readonly ErrorCode[] = [
  'invalid-events',
  'forbidden-type',
  'throttled',
  'unavailable',
];

const nameOf = (code: ErrorCode): string => `problem.${code}`;

const isError = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
const CODES: readonly ErrorCode[] = Object.keys(ERRORS).filter(isError);

const standardMembers = (type: string) => ({
  type: { const: type },
  detail: { type: 'string', description: 'About this occurrence, for people.' },
});

/** The schema of every error's problem document, by name, and of what the gateway answers by itself. */
export function problemSchemas(kind: Gateway['kind']): Readonly<Record<string, Schema>> {
  return {
    ...Object.fromEntries(CODES.map((code) => [nameOf(code), problemSchema(code, ERRORS[code])])),
    ...GATEWAY_SCHEMAS[kind],
  };
}

const GATEWAY_SCHEMAS: Readonly<Record<Gateway['kind'], Readonly<Record<string, Schema>>>> = {
  local: {
    'problem.gateway': {
      description: 'What the gateway of a local run answers by itself.',
      type: 'object',
      required: ['type', 'title', 'status', 'detail'],
      properties: {
        ...standardMembers('about:blank'),
        title: { type: 'string' },
        status: { type: 'integer' },
      },
    },
  },
  aws: {
    'gateway-message': {
      description: 'What API Gateway answers by itself.',
      type: 'object',
      required: ['message'],
      properties: { message: { type: ['string', 'null'] } },
    },
  },
};

function problemSchema(code: ErrorCode, { status, title, meaning, action }: ErrorDescription): Schema {
  const members = MEMBERS[code];
  return {
    title,
    description: `${meaning} ${action}`,
    type: 'object',
    required: ['type', 'title', 'status', 'detail'],
    properties: { ...standardMembers(problemType(code)), title: { const: title }, status: { const: status } },
    ...(members !== undefined && { allOf: [members] }),
  };
}

/** Who answers besides the function: what runs locally, or Amazon API Gateway. */
export interface Gateway {
  readonly kind: 'local' | 'aws';
  /** Whether it checks itself who is calling. */
  readonly checks: boolean;
}

/** Statuses that API Gateway answers with by itself: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const GATEWAY: Readonly<Record<Gateway['kind'], readonly number[]>> = {
  local: [413, 500, 503],
  aws: [413, 429, 500, 503],
};
/** What a gateway that checks callers answers them. */
const REFUSED = [401, 403];

/**
 * The responses of an operation that are no success, by status.
 *
 * @param without - errors of the activity that this operation cannot have
 */
export function problemResponses(
  activity: Activity,
  gateway: Gateway,
  without: readonly ErrorCode[] = [],
): Readonly<Record<string, ResponseObject>> {
  const codes = CODES.filter((code) => HAPPENS[code].includes(activity) && !without.includes(code));
  const own = new Set<number>([...GATEWAY[gateway.kind], ...(gateway.checks ? REFUSED : [])]);
  const statuses = [...new Set([...codes.map((code) => ERRORS[code].status), ...own])].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      response(
        status,
        codes.filter((code) => ERRORS[code].status === status),
        own.has(status) ? gateway : undefined,
      ),
    ]),
  );
}

function response(status: number, codes: readonly ErrorCode[], gateway: Gateway | undefined): ResponseObject {
  const isLocal = gateway?.kind === 'local';
  const refs = [...codes.map(nameOf), ...(isLocal ? ['problem.gateway'] : [])].map(schemaRef);
  const [only] = refs;
  const headers = headersOf(status, codes);
  return {
    description: [
      ...codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`),
      ...(gateway === undefined ? [] : ['The gateway by itself.']),
    ].join('\n\n'),
    ...(Object.keys(headers).length > 0 && { headers }),
    content: {
      ...(only !== undefined && { [MEDIA]: { schema: refs.length === 1 ? only : { oneOf: refs } } }),
      ...(gateway?.kind === 'aws' && { 'application/json': { schema: schemaRef('gateway-message') } }),
    },
  };
}

function headersOf(status: number, codes: readonly ErrorCode[]): Readonly<Record<string, HeaderObject>> {
  const text: Schema = { type: 'string' };
  return {
    ...(codes.some((code) => TELLS_OF_EVENTS.includes(code)) && RECEIPT_HEADERS),
    ...((status === 429 || status === 503) && {
      'retry-after': {
        description: 'Seconds to wait before the next attempt.',
        schema: { type: 'integer', minimum: 1 },
      },
    }),
    ...(codes.includes('missing-key') && {
      'www-authenticate': { description: 'How to say who is calling.', schema: text },
    }),
    ...(codes.includes('unsupported-media-type') && {
      'accept-post': { description: 'The media types that are taken here.', schema: text },
    }),
    ...(codes.includes('unsupported-encoding') && {
      'accept-encoding': { description: 'The content encodings that are taken here.', schema: text },
    }),
  };
}
