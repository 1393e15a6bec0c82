import { MAX_TIME, MIN_TIME } from '../events/time.ts';
import { ATTRIBUTE_PATTERNS } from '../ingest/attributes.ts';
import { LIMITS } from '../ingest/limits.ts';
import { type EventType, jsonSchemaOf, personalFields } from '../pipeline/index.ts';
import { type Schema, schemaRef } from './types.ts';

/** The name of the schema of a type's data. */
export const dataName = (type: string): string => `${type}.data`;
/** The name of the schema of a type's CloudEvents events. */
export const eventName = (type: string): string => `${type}.event`;

/** Types and how their events look, in every form in which they may be sent. */
export function eventSchemas(types: readonly EventType[]): Readonly<Record<string, Schema>> {
  return {
    Event: {
      description: 'A CloudEvents 1.0 event of any of the declared types.',
      oneOf: types.map(({ name }) => schemaRef(eventName(name))),
      discriminator: {
        propertyName: 'type',
        mapping: Object.fromEntries(types.map(({ name }) => [name, schemaRef(eventName(name)).$ref])),
      },
    },
    ...Object.fromEntries(
      types.flatMap((type) => [
        [dataName(type.name), dataSchema(type)],
        [eventName(type.name), eventSchema(type)],
      ]),
    ),
  };
}

/** The data of a type, as zod describes it; references within it lead to where it is in the document. */
function dataSchema(type: EventType): Schema {
  const { $schema: _, ...schema } = jsonSchemaOf(type);
  const handling = personalFields(type).map(
    ({ path, handling }) =>
      `\`${path.join('.')}\` is personal: it is ${handling === 'drop' ? 'dropped' : 'replaced by a pseudonym'} before the event is stored.`,
  );
  return {
    title: type.name,
    description: [`${type.description}.`, ...handling].join('\n\n'),
    ...withTimeRange(moved(schema, schemaRef(dataName(type.name)).$ref) as Schema, type.time),
  };
}

/** What zod does not know: a number that is the event time has the range of one. */
function withTimeRange(schema: Schema, field: string): Schema {
  const properties = schema.properties as Readonly<Record<string, Schema>> | undefined;
  const time = properties?.[field];
  if (time === undefined) return schema;
  const limited = (part: Schema): Schema => {
    if (part.type === 'integer' || part.type === 'number')
      return { ...part, minimum: MIN_TIME, maximum: MAX_TIME };
    return Array.isArray(part.anyOf) ? { ...part, anyOf: (part.anyOf as Schema[]).map(limited) } : part;
  };
  return { ...schema, properties: { ...properties, [field]: limited(time) } };
}

/** A schema in another place: its references begin there, and what is Millrace's own is marked as an extension. */
function moved(part: unknown, place: string): unknown {
  if (Array.isArray(part)) return part.map((one) => moved(one, place));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => {
      if (name === '$ref' && typeof value === 'string') return [name, value.replace(/^#/, place)];
      return name === 'personal' && typeof value === 'string'
        ? ['x-personal', value]
        : [name, moved(value, place)];
    }),
  );
}

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type-system */
const ATTRIBUTE_VALUE: Schema = {
  type: ['string', 'boolean', 'integer', 'null'],
  pattern: ATTRIBUTE_PATTERNS.text,
  minimum: -(2 ** 31),
  maximum: 2 ** 31 - 1,
};
const OPTIONAL_TEXT: Schema = {
  type: ['string', 'null'],
  minLength: 1,
  pattern: ATTRIBUTE_PATTERNS.text,
};
const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';

const text = (description: string, more: Schema = {}): Schema => ({
  type: 'string',
  minLength: 1,
  description,
  ...more,
});

/** @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md */
function eventSchema(type: EventType): Schema {
  return {
    title: `${type.name} event`,
    description: `${type.description}, as a CloudEvents event in the JSON format. Extension attributes are kept.`,
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'time'],
    properties: {
      specversion: { const: '1.0' },
      id: text('With the source it names the event: sent again, it counts once.', { maxLength: LIMITS.name }),
      source: text('Who the event is from, a URI reference.'),
      type: { const: type.name },
      time: text('Event time.', { format: 'date-time' }),
      partitionkey: {
        type: ['string', 'null'],
        minLength: 1,
        maxLength: LIMITS.name,
        description: `Events of one key stay in order. Left out, it is the data's \`${type.key}\`.`,
      },
      datacontenttype: {
        type: ['string', 'null'],
        pattern: ATTRIBUTE_PATTERNS.mediaType,
        description: 'A media type; left out, it is JSON.',
      },
      dataschema: OPTIONAL_TEXT,
      subject: OPTIONAL_TEXT,
      data: schemaRef(dataName(type.name)),
      data_base64: {
        type: ['string', 'null'],
        minLength: 1,
        contentEncoding: 'base64',
        pattern: BASE64,
        description: 'The data as base64 in place of `data`.',
      },
    },
    oneOf: [
      { required: ['data'], properties: { data: {}, data_base64: { type: 'null' } } },
      {
        required: ['data_base64'],
        properties: { data_base64: { type: 'string' } },
        not: { required: ['data'], properties: { data: {} } },
      },
    ],
    // Extension attributes, by whose names data is told from them.
    patternProperties: { '^(?!data$)[a-z0-9]+$': ATTRIBUTE_VALUE },
    additionalProperties: false,
  };
}
