import { EVENT_ERRORS } from '../errors.ts';
import { LIMITS } from '../ingest/limits.ts';
import { type Schema, schemaRef } from './types.ts';

const index: Schema = { type: 'integer', minimum: 0, maximum: LIMITS.events - 1 };
const indexes = (description: string): Schema => ({ type: 'array', description, items: index });

/** Members of every answer that tells of single events. */
export const COUNTED: Readonly<Record<string, Schema>> = {
  accepted: {
    type: 'integer',
    minimum: 0,
    maximum: LIMITS.events,
    description: 'Number of events that are durably in the stream, or that would be.',
  },
  rejected: {
    type: 'array',
    description: 'Events that will never be stored, by ascending index.',
    items: schemaRef('RejectedEvent'),
  },
  duplicates: {
    type: 'array',
    description:
      'Events that share source and id with an earlier one of the request; there when there are any.',
    items: schemaRef('DuplicateEvent'),
  },
};

/** The id that each event got or had, by index. */
const IDS: Schema = {
  type: 'array',
  description: 'By index, null where the event was rejected; there when an id had to be assigned.',
  items: { type: ['string', 'null'] },
};

/** The schemas of what ingestion answers. */
export const ANSWER_SCHEMAS: Readonly<Record<string, Schema>> = {
  Receipt: {
    description: 'What became of the events of a request.',
    type: 'object',
    required: ['accepted', 'rejected'],
    properties: { ...COUNTED, ids: IDS },
  },
  PartialReceipt: {
    description: 'What became of the events of a request of which some could not be stored.',
    type: 'object',
    required: ['accepted', 'rejected', 'stored', 'retry'],
    properties: {
      ...COUNTED,
      stored: indexes('Indexes of the events that are durably in the stream.'),
      retry: indexes('Indexes of the events to send again, with the same ids.'),
      ids: IDS,
    },
  },
  RejectedEvent: {
    type: 'object',
    required: ['index', 'id', 'code', 'reason', 'pointer'],
    properties: {
      index: { ...index, description: 'The place of the event in the request.' },
      id: { type: ['string', 'null'], description: 'Null where it has none that could be told.' },
      code: {
        type: 'string',
        enum: Object.keys(EVENT_ERRORS),
        description: Object.entries(EVENT_ERRORS)
          .map(([code, why]) => `* \`${code}\`: ${why}`)
          .join('\n'),
      },
      reason: { type: 'string', description: 'For people.' },
      pointer: { type: 'string', description: 'JSON pointer into the event; empty for the whole of it.' },
    },
  },
  DuplicateEvent: {
    type: 'object',
    required: ['index', 'first'],
    properties: {
      index: { ...index, description: 'The place of the repetition.' },
      first: { ...index, description: 'The place of the event that it repeats.' },
    },
  },
};
