import { visitCloudEvent } from '../events/cloudevents.ts';
import type { KnownTypes } from '../events/known-types.ts';
import { isNestedDeeper, MAX_NESTING, TOO_DEEP } from '../events/nesting.ts';
import { pointerOf, type Rejection, rejection } from '../events/rejection.ts';
import { parseEventTime } from '../events/time.ts';
import type { StreamEvent } from '../events/types.ts';
import { NOT_UNICODE, unicodeProblem } from '../events/unicode.ts';
import { checkAttributes, isJsonMedia } from './attributes.ts';
import { EventProblem } from './event-problem.ts';
import { type IngestType, type IngestTypes, typeNames } from './ingest-type.ts';
import { LIMITS } from './limits.ts';

/** Makes an event of an item of a request, or says why the item is none. */
export type ReadEvent = (item: unknown) => StreamEvent | EventProblem;

/** Reasons that one event is given at most: the first ones usually explain the others. */
const MAX_REASONS = 3;
/** Where a reason begins to quote the value. */
const QUOTE = '; got ';

/** Reads bare data of one type. An event without an id gets one from `newId`. */
export function bareEvents(known: IngestType, newId: () => string): ReadEvent {
  const { type, validate, source } = known;
  return (item) => {
    if (item instanceof EventProblem) return item;
    // One level less than in CloudEvents form, where data is inside the event.
    if (isNestedDeeper(item, MAX_NESTING - 1)) return new EventProblem('too-deep', TOO_DEEP);
    const problems = validate(item);
    if (problems !== undefined) return explain(problems, known, '');
    const data = item as Readonly<Record<string, unknown>>;
    const time = parseEventTime(data[type.time]);
    if (time === undefined) {
      const rule = 'must be epoch milliseconds or a date-time of RFC 3339';
      const { reason } = rejection([type.time], rule, data[type.time]);
      return new EventProblem('invalid-time', reason, pointerOf([type.time]));
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
  const isPersonal = hasPersonal(types);
  return (item) => {
    if (item instanceof EventProblem) return item;
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
    if (event === undefined) return envelopeProblem(problem ?? 'not a CloudEvents event', isPersonal);
    const found = types.get(event.type);
    if (found === undefined)
      return new EventProblem('unknown-type', `type: must be one of ${names}`, '/type');
    const checked = event.extra && checkExtra(event, found);
    if (checked instanceof EventProblem) return checked;
    const problems = found.validate(event.data);
    if (problems !== undefined) return explain(problems, found, '/data');
    return (
      nameProblem('id', event.id) ??
      nameProblem('partitionkey', event.key) ??
      (checked as StreamEvent) ??
      event
    );
  };
}

/**
 * As another reader, with all texts of the items looked at: each must be Unicode.
 *
 * @param holds - what items are: bare data, or CloudEvents
 */
export function unicodeEvents(read: ReadEvent, holds: 'data' | 'events'): ReadEvent {
  return (item) => {
    const event = read(item);
    const problem = event instanceof EventProblem ? undefined : unicodeProblem(item);
    if (problem === undefined) return event;
    const code = holds === 'data' || problem.path[0] === 'data' ? 'invalid-data' : 'invalid-event';
    return new EventProblem(code, problem.reason, pointerOf(problem.path));
  };
}

function checkExtra(event: StreamEvent, { protector }: IngestType): StreamEvent | EventProblem {
  const given = event.extra as Readonly<Record<string, unknown>>;
  const extra = checkAttributes(given);
  if (extra instanceof EventProblem) return extra;
  if (protector !== undefined && given.data_base64 !== undefined && !isJson(given.datacontenttype)) {
    const reason = 'data of this type holds personal fields: it must be JSON, so that they can be found';
    return new EventProblem('invalid-event', reason, '/datacontenttype');
  }
  return extra === given ? event : { ...event, extra };
}

const isJson = (type: unknown): boolean =>
  type === undefined || type === null || (typeof type === 'string' && isJsonMedia(type));

const ATTRIBUTE = /^not a CloudEvents event: ([a-z0-9_]+) /;

/** @param isPersonal - whether what the reason quotes could be anybody's */
function envelopeProblem(problem: string, isPersonal: boolean): EventProblem {
  if (problem === TOO_DEEP) return new EventProblem('too-deep', problem);
  const [reason = ''] = isPersonal ? problem.split(QUOTE, 1) : [problem];
  const attribute = ATTRIBUTE.exec(problem)?.[1];
  const isAttribute = attribute !== undefined && attribute !== 'must';
  const code = attribute === 'time' ? 'invalid-time' : 'invalid-event';
  return new EventProblem(code, reason, isAttribute ? `/${attribute}` : '');
}

/** The id that a client knows a rejected item by, null where it has none that could be told. */
export function idOf(item: unknown, types: IngestTypes, known: IngestType | undefined): string | null {
  if (typeof item !== 'object' || item === null || item instanceof EventProblem) return null;
  const holder = item as Readonly<Record<string, unknown>>;
  const field = known === undefined ? 'id' : known.type.id;
  const id = field === undefined ? undefined : holder[field];
  const text = Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string' || text === '' || text.length > LIMITS.name || !text.isWellFormed())
    return null;
  // What claims to be a type can be an object, of which no text can be made.
  const found = known ?? (typeof holder.type === 'string' ? types.get(holder.type) : undefined);
  // Of an event of no known type nobody can say where its personal values are.
  if (found === undefined) return hasPersonal(types) ? null : text;
  const { protector } = found;
  if (protector === undefined) return text;
  const isQuoted = protector.personalId || protector.quotes(text, known === undefined ? holder.data : item);
  return isQuoted ? null : text;
}

const hasPersonal = (types: IngestTypes): boolean =>
  [...types.values()].some(({ protector }) => protector !== undefined);

/** Ids and keys become parts of keys in tables, which are short and well-formed UTF-8. */
function nameProblem(field: string, name: string): EventProblem | undefined {
  const rule =
    name === ''
      ? 'must not be empty'
      : name.length > LIMITS.name
        ? `must have at most ${LIMITS.name} characters; got ${name.length}`
        : name.isWellFormed()
          ? undefined
          : NOT_UNICODE;
  return rule === undefined
    ? undefined
    : new EventProblem('invalid-name', `${field}: ${rule}`, pointerOf([field]));
}

function explain(problems: readonly Rejection[], { protector }: IngestType, base: string): EventProblem {
  const told = problems.slice(0, MAX_REASONS).map((problem) => {
    const hidden = protector?.covers(problem.path);
    return hidden ? problem.rule : problem.reason;
  });
  return new EventProblem('invalid-data', told.join('; '), base + pointerOf(problems[0]?.path ?? []));
}
