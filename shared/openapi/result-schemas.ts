import { describeAggregate } from '../pipeline/describe-aggregate.ts';
import { type Aggregate, describeWindow, fieldOf, type WindowStage } from '../pipeline/index.ts';
import { type Schema, schemaRef } from './types.ts';

/** The name of the schema of one of a stage's windows. */
export const windowName = (stage: string): string => `${stage}.window`;
/** The name of the schema of a page of a stage's windows. */
export const pageName = (stage: string): string => `${stage}.windows`;

const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
const maybeTime = (description: string): Schema => ({
  type: ['string', 'null'],
  format: 'date-time',
  description,
});
const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });

/** The schemas of what is answered about results and stages. */
export function resultSchemas(stages: readonly WindowStage[]): Readonly<Record<string, Schema>> {
  return {
    ...Object.fromEntries(
      stages.flatMap((stage) => [
        [windowName(stage.name), windowSchema(stage)],
        [pageName(stage.name), pageSchema(stage)],
      ]),
    ),
    Stage: STAGE,
    Health: { type: 'object', required: ['status'], properties: { status: { const: 'ok' } } },
  };
}

function pageSchema({ name }: WindowStage): Schema {
  return {
    description: `A page of the windows of ${name}.`,
    type: 'object',
    required: ['items', 'cursor'],
    properties: {
      items: {
        type: 'array',
        description: 'Ascending by start, end and key.',
        items: schemaRef(windowName(name)),
      },
      cursor: { type: ['string', 'null'], description: 'Where the next page begins; null on the last one.' },
    },
  };
}

function windowSchema(stage: WindowStage): Schema {
  const key = typeof stage.key === 'string' ? `The value of \`${stage.key}\`.` : 'Always `all`.';
  return {
    title: stage.name,
    description: `${stage.description}. Windows: ${describeWindow(stage.window)}.`,
    type: 'object',
    required: ['key', 'start', 'end', 'revision', 'final', 'values'],
    properties: {
      key: { type: 'string', description: key },
      start: time('Inclusive.'),
      end: time('Exclusive.'),
      revision: {
        type: 'integer',
        description: 'From 0, on time; what is emitted early has negative ones that rise to -1.',
      },
      final: { type: 'boolean', description: 'Nothing can change it any more.' },
      values: {
        type: 'object',
        required: Object.keys(stage.values),
        properties: Object.fromEntries(
          Object.entries(stage.values).map(([name, aggregate]) => [
            name,
            { ...valueSchema(aggregate, stage), description: `${describeAggregate(aggregate)}.` },
          ]),
        ),
      },
    },
  };
}

const NUMBER: Schema = { type: ['number', 'null'] };

function valueSchema(aggregate: Aggregate, { input }: WindowStage): Schema {
  switch (aggregate.kind) {
    case 'count':
    case 'distinct':
      return { type: 'integer', minimum: 0 };
    case 'first':
    case 'last':
      return {
        type: [
          ...(typeof aggregate.of === 'string' ? (fieldOf(input, aggregate.of)?.types ?? []) : ['number']),
          'null',
        ],
      };
    case 'quantiles':
      return { type: ['object', 'null'], additionalProperties: NUMBER };
    case 'trend':
      return objectOf({ slope: NUMBER, intercept: NUMBER }, true);
    case 'top-k':
      return listOf({
        label: { type: ['string', 'number', 'boolean'] },
        weight: { type: 'number' },
        error: { type: 'number' },
      });
    case 'histogram':
      return listOf({ from: NUMBER, to: NUMBER, count: { type: 'integer', minimum: 0 } });
    case 'user':
      return { type: ['number', 'string', 'boolean', 'null', 'array', 'object'] };
    default:
      return NUMBER;
  }
}

const objectOf = (properties: Readonly<Record<string, Schema>>, nullable = false): Schema => ({
  type: nullable ? ['object', 'null'] : 'object',
  required: Object.keys(properties),
  properties,
});

const listOf = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: ['array', 'null'],
  items: objectOf(properties),
});

/** As `StageView` of results/stages.ts has it. */
const STAGE: Schema = {
  description: 'How far a stage is.',
  ...objectOf({
    name: { type: 'string' },
    pipeline: { type: 'string' },
    kind: { type: 'string', enum: ['filter', 'window'] },
    watermark: maybeTime(
      'Up to where its input is complete; null of a filter stage, or while nothing is known.',
    ),
    closedUpTo: maybeTime('Windows that end here or before can change no more.'),
    shards: {
      type: 'array',
      items: objectOf({
        shard: { type: 'string' },
        n: count('Number of its last commit.'),
        maxEventTime: maybeTime('Highest event time seen.'),
        updatedAt: time('Of the last commit.'),
        lagMs: count('How long its last record had been in the stream.'),
        idle: { type: 'boolean', description: 'Whether nothing is left to read.' },
      }),
    },
    lagMs: count('Of the shard that is furthest behind.'),
    counts: {
      type: 'object',
      required: ['accepted', 'duplicate', 'late', 'rejected'],
      properties: {
        accepted: count('Counted, or let pass.'),
        duplicate: count('Seen before.'),
        late: count('Too late for their windows.'),
        rejected: count('Set aside.'),
        filtered: count('Not let pass, by a filter stage.'),
      },
    },
  }),
};
