import { BARE_MEDIA, CLOUDEVENTS_MEDIA } from '../ingest/media-type.ts';
import { IDENTITIES, type Identity, INGEST_ROUTES, type IngestRoute, prefixOf } from '../ingest/routes.ts';
import type { EventType } from '../pipeline/index.ts';
import { answersOf, type Exchange, type Exchanges } from './examples.ts';
import { handshakeOperation } from './handshake.ts';
import { ATTRIBUTE_PARAMETERS, BODY_PARAMETERS, pathParameter, RECEIPT_HEADERS } from './parameters.ts';
import { type Activity, problemResponses } from './problems.ts';
import { bareContent, cloudEventsContent } from './request-content.ts';
import { type ApiAccess, sendSecurity } from './security.ts';
import { type Operation, type Parameter, type PathItem, type ResponseObject, schemaRef } from './types.ts';

/** What the paths of ingestion are made from. */
export interface IngestPathsInput {
  readonly types: readonly EventType[];
  readonly exchanges: Exchanges;
  readonly access: ApiAccess;
}

/** A path that this document has, and which of the routes leads to it. */
interface Place {
  readonly route: IngestRoute;
  readonly identity: Identity;
  /** The type that the path names; undefined for a path with a parameter in its place, or without a type. */
  readonly type?: EventType;
}

/**
 * The paths of ingestion: those of the routes, and one for each type by name, which says exactly how its data looks. Tools
 * match the latter first.
 */
export function ingestPaths(input: IngestPathsInput): Readonly<Record<string, PathItem>> {
  const { access, types } = input;
  const identities = IDENTITIES.filter(
    (identity) => identity === 'key' || (identity === 'iam' ? access.iam : access.jwt !== undefined),
  );
  const paths: Record<string, PathItem> = {};
  const add = (place: Place) => {
    const path = `${prefixOf(place.identity)}${place.route.path}`.replace(
      '{type}',
      place.type?.name ?? '{type}',
    );
    paths[path] = { ...paths[path], [place.route.method.toLowerCase()]: operationAt(place, input) };
  };
  for (const identity of identities) {
    for (const route of INGEST_ROUTES) {
      // Web hooks ask before they have anything to say who they are with.
      if (route.method === 'OPTIONS' && identity !== 'key') continue;
      add({ route, identity });
      if (!takesType(route) || route.method === 'OPTIONS' || identity !== 'key') continue;
      for (const type of types) add({ route, identity, type });
    }
  }
  return paths;
}

const takesType = ({ path }: IngestRoute): boolean => path.endsWith('{type}');

function operationAt(place: Place, input: IngestPathsInput): Operation {
  const { route, type } = place;
  const parameters = takesType(route) && type === undefined ? [typeParameter(input.types)] : [];
  return route.action === 'handshake'
    ? handshakeOperation(idOf(place), route.summary, parameters, input.access.gateway)
    : postOperation(place, input, parameters);
}

function postOperation(
  { route, identity, type }: Place,
  { types, exchanges, access }: IngestPathsInput,
  pathParameters: readonly Parameter[],
): Operation {
  const isBare = takesType(route);
  const shown: readonly Exchange[] = isBare
    ? (exchanges.bare[(type ?? types[0])?.name ?? ''] ?? [])
    : exchanges.events;
  const gateway = { kind: access.gateway, checks: identity !== 'key' };
  const problems = problemResponses(activityOf(route), gateway, [
    // Of a path that names its type, or that is checked by the gateway, these cannot come.
    ...(type === undefined ? [] : (['unknown-type'] as const)),
    ...(identity === 'key'
      ? []
      : (['missing-key', 'unknown-key', 'disabled-key', 'keys-unavailable'] as const)),
    ...(identity === 'key' ? [] : (['rate-limited'] as const)),
  ]);
  return {
    operationId: idOf({ route, identity, ...(type && { type }) }),
    summary: type === undefined ? route.summary : route.summary.replace('one type', `the type ${type.name}`),
    description: DESCRIPTIONS[route.action === 'validate' ? 'validate' : isBare ? 'bare' : 'events'],
    tags: [route.action === 'validate' ? 'Checking events' : 'Sending events'],
    security: sendSecurity(identity, access),
    parameters: [...pathParameters, ...BODY_PARAMETERS, ...(route.binary ? ATTRIBUTE_PARAMETERS : [])],
    requestBody: {
      required: true,
      content: isBare
        ? bareContent([...BARE_MEDIA], type === undefined ? types : [type], shown)
        : cloudEventsContent([...CLOUDEVENTS_MEDIA], shown),
    },
    responses: { 202: receipt(shown), ...withExamples(problems, shown) },
  };
}

const receipt = (shown: readonly Exchange[]): ResponseObject => ({
  description:
    'At least one event is durably in the stream, or a batch was empty; `rejected` lists the others.',
  headers: RECEIPT_HEADERS,
  content: { 'application/json': { schema: schemaRef('Receipt'), examples: answersOf(shown, 202) } },
});

function withExamples(
  responses: Readonly<Record<string, ResponseObject>>,
  shown: readonly Exchange[],
): Readonly<Record<string, ResponseObject>> {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const examples = answersOf(shown, Number(status));
      const [media, content] = Object.entries(response.content ?? {})[0] ?? [];
      return media === undefined || content === undefined || Object.keys(examples).length === 0
        ? [status, response]
        : [status, { ...response, content: { ...response.content, [media]: { ...content, examples } } }];
    }),
  );
}

const typeParameter = (types: readonly EventType[]): Parameter =>
  pathParameter(
    'type',
    'The type of the events.',
    types.map(({ name }) => name),
  );

function activityOf(route: IngestRoute): Activity {
  const isCheck = route.action === 'validate';
  if (takesType(route)) return isCheck ? 'checkType' : 'sendType';
  return isCheck ? 'check' : 'send';
}

/** `postEvents`, `postEventsOfNetworkTraffic`, `iamPostEvents`. */
function idOf({ route, identity, type }: Place): string {
  const words = [
    ...(identity === 'key' ? [] : [identity]),
    route.action === 'handshake' ? 'agree to' : route.action === 'validate' ? 'validate' : 'post',
    'events',
    ...(takesType(route) ? [type === undefined ? 'of type' : `of ${type.name}`] : []),
  ];
  return words
    .join(' ')
    .split(/[ -]/)
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

const RETRYING =
  'After a 429 or a 503 send the events of `retry`, or all where there is no such list, once more, with the same ids and times: however often an event is sent, it counts once.';

const DESCRIPTIONS = {
  events: `CloudEvents 1.0 in every mode of the HTTP binding. Structured and batched ones say what they are in the content-type; one event in binary mode has its attributes in percent-coded headers \`ce-...\`, its data in the body, and the media type of the data. Plain JSON and NDJSON hold events in the JSON format.\n\n${RETRYING}`,
  bare: `The data of events of one type: an object, an array of them, or lines. Where the type has a field for the id and an event does not fill it, an id is assigned; the answer lists it.\n\n${RETRYING}`,
  validate: 'Answers as posting the same events would, and stores nothing.',
} as const;
