/** What one error means and what its reader does about it; the documentation's table is made from these. */
export interface ErrorDescription {
  /** The HTTP status that carries it. */
  readonly status: number;
  /** The same for every occurrence. */
  readonly title: string;
  readonly meaning: string;
  readonly action: string;
}

/** Every error that a caller from outside can get. */
export const ERRORS = {
  'invalid-body': {
    status: 400,
    title: 'The body cannot be read',
    meaning: 'It is not what its content-encoding says, or not UTF-8.',
    action: 'Compress it as declared, encode it as UTF-8, and send it again.',
  },
  'invalid-json': {
    status: 400,
    title: 'The body is not JSON',
    meaning: 'It failed to parse as a whole. (A line of NDJSON that is not JSON is rejected by itself.)',
    action: 'Correct the JSON. Objects one a line are sent as application/x-ndjson.',
  },
  'empty-request': {
    status: 400,
    title: 'The request holds no event',
    meaning: 'The body is empty, an empty array, or has only blank lines.',
    action: 'Send at least one event.',
  },
  'invalid-events': {
    status: 400,
    title: 'No event of the request is valid',
    meaning: 'Every event was rejected; "rejected" says why, by index. Nothing was stored.',
    action: 'Correct the events and send them again.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'A parameter is not valid',
    meaning: 'A part of the path or the query cannot be understood; the detail names it.',
    action: 'Correct the parameter.',
  },
  'invalid-sent-at': {
    status: 400,
    title: 'The time of sending is not valid',
    meaning:
      'The header sent-at is neither a date-time of RFC 3339 nor epoch milliseconds, or lies more than a day from the time of arrival. Nothing was stored.',
    action: "Send the time by the sender's clock, or leave the header out.",
  },
  'missing-key': {
    status: 401,
    title: 'The request has no key',
    meaning: 'There is neither a header x-api-key, nor a bearer token, nor a parameter access_token.',
    action: 'Send the key in the header x-api-key.',
  },
  'unknown-key': {
    status: 401,
    title: 'The key is not known',
    meaning: 'No key of this deployment has this value. A new key is known within a minute.',
    action: 'Use a key of this deployment.',
  },
  'disabled-key': {
    status: 403,
    title: 'The key is disabled',
    meaning: 'The key was revoked, or replaced by another and the time of transition is over.',
    action: 'Use another key.',
  },
  'forbidden-type': {
    status: 403,
    title: 'The caller may not send events of this type',
    meaning:
      'The key or the token is limited to other event types; the detail lists them. Nothing was stored.',
    action: 'Use a key that covers the type.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this path',
    meaning: 'No route matches the path.',
    action: 'Check the path.',
  },
  'unknown-type': {
    status: 404,
    title: 'The event type is not known',
    meaning: 'No pipeline of this deployment declares an event type of this name.',
    action: 'Use one of the types that the detail lists, or declare the type and deploy.',
  },
  'unknown-stage': {
    status: 404,
    title: 'The stage is not known',
    meaning: 'No pipeline of this deployment has a window stage of this name that keeps its results.',
    action: 'Use one of the stages that the detail lists.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed',
    meaning: 'The path exists, but not for this method; the header allow lists those that it has.',
    action: 'Use an allowed method.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    meaning:
      'It exceeds the limit as sent or after decompression; the detail says which. Nothing was stored.',
    action: 'Send the events in several requests.',
  },
  'too-many-events': {
    status: 413,
    title: 'The request holds too many events',
    meaning: 'It has more events than one request may. Nothing was stored.',
    action: 'Send the events in several requests.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The media type is not supported',
    meaning: 'The content-type is none that this path takes.',
    action: 'Use one of the types that the detail lists.',
  },
  'unsupported-encoding': {
    status: 415,
    title: 'The content encoding is not supported',
    meaning: 'The content-encoding is none of those in the header accept-encoding.',
    action: 'Use one of them, or none.',
  },
  throttled: {
    status: 429,
    title: 'The stream takes no more for the moment',
    meaning:
      'The stream was at its limit through all retries. "retry" lists the events that were not stored.',
    action: 'Send the events of "retry" again, with the same ids, after the time in retry-after.',
  },
  'rate-limited': {
    status: 429,
    title: 'The key is used too much',
    meaning: 'The rate or the daily quota of the key is used up; the detail says which. Nothing was stored.',
    action: 'Send the request again, with the same ids, after the time in retry-after.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    meaning: 'A fault of the service. The events may or may not have been stored.',
    action:
      'Send the request again, with the same ids; if the fault stays, look into the logs of the function.',
  },
  unavailable: {
    status: 503,
    title: 'The stream could not be reached',
    meaning:
      'Writing to the stream failed through all retries. "retry" lists the events not known to be stored.',
    action: 'Send the events of "retry" again, with the same ids, after the time in retry-after.',
  },
  'results-unavailable': {
    status: 503,
    title: 'The results could not be read',
    meaning: 'The tables of results and state could not be read.',
    action: 'Send the request again after the time in retry-after.',
  },
  'keys-unavailable': {
    status: 503,
    title: 'The key could not be checked',
    meaning: 'The table of keys could not be read. Nothing was stored.',
    action: 'Send the request again after the time in retry-after.',
  },
  'clock-unavailable': {
    status: 503,
    title: 'The time of sending could not be remembered',
    meaning: 'Correcting event times by sent-at needs a table that could not be reached. Nothing was stored.',
    action: 'Send the request again, with the same headers and ids, after the time in retry-after.',
  },
  'pseudonyms-unavailable': {
    status: 503,
    title: 'Personal data cannot be protected',
    meaning: 'The keys that pseudonyms are made with could not be read. Nothing was stored.',
    action: 'Send the request again after the time in retry-after.',
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof ERRORS;

/** What is wrong with one event of a request; the others are taken all the same. */
export const EVENT_ERRORS = {
  'not-json': 'The line of NDJSON, or the data of an event in binary mode, is not JSON.',
  'invalid-event':
    'It is not a CloudEvents event: an attribute is missing, or not what CloudEvents 1.0 demands.',
  'unknown-type': 'No pipeline of this deployment declares its type.',
  'forbidden-type': 'The key or the token is limited to other event types.',
  'invalid-data': 'Its data does not match the schema of its type, or holds text that is not Unicode.',
  'invalid-time': 'Its time is not a date-time of RFC 3339 with a zone, nor epoch milliseconds.',
  'time-ahead': 'Its time is further ahead of its arrival than its type allows.',
  'invalid-name': 'Its id or its partition key is empty, too long, or not well-formed.',
  'too-deep': 'Its objects and lists are nested too deep.',
  'too-large': 'It is larger than one event may be.',
} as const satisfies Record<string, string>;

export type EventErrorCode = keyof typeof EVENT_ERRORS;
