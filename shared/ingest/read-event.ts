import { visitCloudEvent } from '../events/cloudevents.ts';
import type { KnownTypes } from '../events/known-types.ts';
import { isNestedDeeper, MAX_NESTING, TOO_DEEP } from '../events/nesting.ts';
import { type Rejection, rejection } from '../events/rejection.ts';
import { parseEventTime } from '../events/time.ts';
import type { StreamEvent } from '../events/types.ts';
import { type IngestType, type IngestTypes, typeNames } from './ingest-type.ts';
import { Unparsable } from './items.ts';
import { LIMITS } from './limits.ts';

/** Makes an event of an item of a request, or says why the item is none. */
export type ReadEvent = (item: unknown) => StreamEvent | string;

/** Reasons that one event is given at most: the first ones usually explain the others. */
const MAX_REASONS = 3;
/** Bounds what an answer says of one event: 10,000 of them must fit into what Lambda can return. */
const MAX_REASON = 300;
const UNPAIRED_SURROGATE = /\p{Surrogate}/u;

/** Reads bare data of one type. An event without an id gets one from `newId`. */
export function bareEvents(known: IngestType, newId: () => string): ReadEvent {
  const { type, validate, source } = known;
  return (item) => {
    if (item instanceof Unparsable) return item.reason;
    // One level less than in CloudEvents form, where data is inside the event.
    if (isNestedDeeper(item, MAX_NESTING - 1)) return TOO_DEEP;
    const problems = validate(item);
    if (problems !== undefined) return explain(problems);
    const data = item as Readonly<Record<string, unknown>>;
    const time = parseEventTime(data[type.time]);
    if (time === undefined) {
      return explain([
        rejection([type.time], 'must be epoch milliseconds or a date-time of RFC 3339', data[type.time]),
      ]);
    }
    const given = type.id === undefined ? undefined : data[type.id];
    const id = given === undefined || given === null ? newId() : String(given);
    // As of CloudEvents without a partition key (see visitCloudEvent).
    const key = String(data[type.key]) || id;
    return (
      nameProblem(type.id ?? 'id', id) ??
      nameProblem(type.key, key) ?? { type: type.name, source, id, time, key, data }
    );
  };
}

/** Reads CloudEvents of any of the known types. */
export function cloudEvents(types: IngestTypes): ReadEvent {
  const known: KnownTypes = new Map(
    [...types].map(([name, { type, fingerprint }]) => [name, { key: type.key, fingerprint }]),
  );
  const names = typeNames(types);
  return (item) => {
    if (item instanceof Unparsable) return item.reason;
    let event: StreamEvent | undefined;
    const problem = visitCloudEvent(
      item,
      0,
      {
        event: (_sub, type, source, id, time, key, data, _trusted, extra) => {
          event = { type, source, id, time, key, data, extra };
        },
      },
      known,
    );
    if (event === undefined) return (problem ?? 'not a CloudEvents event').slice(0, MAX_REASON);
    const found = types.get(event.type);
    if (found === undefined) return `type: must be one of ${names}`.slice(0, MAX_REASON);
    const problems = found.validate(event.data);
    if (problems !== undefined) return explain(problems);
    return nameProblem('id', event.id) ?? nameProblem('partitionkey', event.key) ?? event;
  };
}

/** The id that a client knows a rejected item by, null where it has none that could be told. */
export function idOf(item: unknown, field: string | undefined): string | null {
  if (field === undefined || typeof item !== 'object' || item === null) return null;
  const id = (item as Readonly<Record<string, unknown>>)[field];
  if (Number.isSafeInteger(id)) return String(id);
  return typeof id === 'string' && id !== '' && id.length <= LIMITS.name ? id : null;
}

/** Ids and keys become parts of keys in tables, which are short and well-formed UTF-8. */
function nameProblem(field: string, name: string): string | undefined {
  if (name === '') return `${field}: must not be empty`;
  if (name.length > LIMITS.name)
    return `${field}: must have at most ${LIMITS.name} characters; got ${name.length}`;
  return UNPAIRED_SURROGATE.test(name)
    ? `${field}: must be well-formed; it holds half a surrogate pair`
    : undefined;
}

const explain = (problems: readonly Rejection[]): string =>
  problems
    .slice(0, MAX_REASONS)
    .map(({ reason }) => reason)
    .join('; ')
    .slice(0, MAX_REASON);
