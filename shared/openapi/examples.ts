import { sample } from 'openapi-sampler';
import { parseEventTime } from '../events/time.ts';
import { type EventType, jsonSchemaOf, type Pipeline } from '../pipeline/index.ts';
import { createRehearsal, EXAMPLE_TIME, type Rehearsed } from './rehearsal.ts';
import type { Example, Schema } from './types.ts';

/** A request and the answer it gets. */
export interface Exchange {
  /** Both go by it in the document. */
  readonly name: string;
  readonly summary: string;
  readonly contentType: string;
  /** The body: a value for JSON, a text for what is no JSON. */
  readonly value: unknown;
  readonly answer: Rehearsed;
}

/** Examples of requests with the answers that ingestion gives to them. */
export interface Exchanges {
  /** To `/v1/events`. */
  readonly events: readonly Exchange[];
  /** To `/v1/events/{type}`, by type. */
  readonly bare: Readonly<Record<string, readonly Exchange[]>>;
}

type Data = Readonly<Record<string, unknown>>;

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';

/** Makes examples for all types; a type of whose data none can be made up, and that declares none, has none. */
export function exchangesOf(pipelines: readonly Pipeline[]): Exchanges {
  const rehearse = createRehearsal(pipelines, exampleIds());
  const exchange =
    (type?: string) =>
    (name: string, summary: string, contentType: string, value: unknown): Exchange => {
      const body = typeof value === 'string' ? value : JSON.stringify(value);
      return { name, summary, contentType, value, answer: rehearse(type, contentType, body) };
    };
  const types = pipelines.flatMap((pipeline) => pipeline.types);
  const known = types.flatMap((type) => {
    const data = exampleOf(type);
    return data === undefined ? [] : [{ type, data, event: eventOf(type, data) }];
  });
  const [first] = known;
  const of = exchange();
  return {
    events: [
      ...known.map(({ type: { name }, event }) =>
        of(name, `An event of ${name}`, 'application/cloudevents+json', event),
      ),
      ...(first === undefined
        ? []
        : batches(
            first,
            known.map(({ event }) => event),
            of,
          )),
    ],
    bare: Object.fromEntries(
      known.map(({ type, data }) => [type.name, bareExchanges(type, data, exchange(type.name))]),
    ),
  };
}

/** Ids as ingestion assigns them, but the same in every document. */
function exampleIds(): () => string {
  let count = 0;
  return () => `019c1437-0000-7${String(count++).padStart(3, '0')}-8000-000000000000`;
}

type Make = (name: string, summary: string, contentType: string, value: unknown) => Exchange;

function batches(
  { type, data, event }: { readonly type: EventType; readonly data: Data; readonly event: Data },
  events: readonly Data[],
  of: Make,
): Exchange[] {
  const batch = 'application/cloudevents-batch+json';
  const wrong = { ...event, id: 'example-2', data: without(data, type.key) };
  return [
    of('batch', 'One event of each type', batch, events),
    of('partly', 'A batch of which one event is wrong', batch, [event, wrong]),
    of('repeated', 'A batch with an event twice', batch, [event, event]),
    of('wrong', 'A batch without a valid event', batch, [wrong]),
    of('array', 'Events as an array of JSON', JSON_TYPE, events),
    of('lines', 'Events as lines', NDJSON_TYPE, linesOf(events)),
  ];
}

function bareExchanges(type: EventType, data: Data, of: Make): Exchange[] {
  const wrong = without(data, type.key);
  return [
    of('one', 'The data of one event', JSON_TYPE, data),
    of('partly', 'Two events, of which one is wrong', JSON_TYPE, [data, wrong]),
    of('wrong', 'An event that is not valid', JSON_TYPE, wrong),
    of('lines', 'Events as lines', NDJSON_TYPE, linesOf([data, data])),
  ];
}

const linesOf = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

const without = (data: Data, field: string): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name !== field));

/** The CloudEvents form of data. */
const eventOf = (type: EventType, data: Data): Data => ({
  specversion: '1.0',
  id: 'example-1',
  source: '/examples',
  type: type.name,
  time: new Date(parseEventTime(data[type.time]) ?? EXAMPLE_TIME).toISOString(),
  data,
});

/** Data of a type: as declared, or made up from its schema where that gives something valid. */
export function exampleOf(type: EventType): Data | undefined {
  if (type.example !== undefined) return type.example;
  const schema = withoutBounds(jsonSchemaOf(type)) as Schema;
  // References are looked up in the schema itself.
  const made = sample(schema, {}, schema) as unknown;
  if (typeof made !== 'object' || made === null) return undefined;
  return [EXAMPLE_TIME, new Date(EXAMPLE_TIME).toISOString()]
    .map((time): Data => ({ ...made, [type.time]: time }))
    .find((data) => type.schema.safeParse(data).success);
}

/** Leaves out the range of safe integers, whose ends are bad examples. */
function withoutBounds(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutBounds);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).flatMap(([name, value]) =>
      Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? [] : [[name, withoutBounds(value)]],
    ),
  );
}

/** Whether every event of a request was taken: others contradict the schema, and are no examples of it. */
const isTaken = ({ answer }: Exchange): boolean =>
  answer.status === 202 && (answer.body as { readonly rejected: readonly unknown[] }).rejected.length === 0;

/** The good requests of some exchanges that are of a media type, as examples of it. */
export const requestsOf = (
  exchanges: readonly Exchange[],
  contentType: string,
): Readonly<Record<string, Example>> =>
  Object.fromEntries(
    exchanges
      .filter((one) => one.contentType === contentType && isTaken(one))
      .map(({ name, summary, value }) => [name, { summary, value }]),
  );

/**
 * The answers of some exchanges that have a status, as examples of it. The answer to a good request goes by the name of the
 * request's example, any other brings its request along.
 */
export const answersOf = (
  exchanges: readonly Exchange[],
  status: number,
): Readonly<Record<string, Example>> =>
  Object.fromEntries(
    exchanges
      .filter(({ answer }) => answer.status === status)
      .map((one) => {
        const { name, summary, contentType, value, answer } = one;
        const request = isTaken(one) ? {} : { 'x-request': { contentType, value } };
        return [name, { summary, value: answer.body, ...request }];
      }),
  );
