import { parseJson } from './json.ts';
import type { KnownTypes } from './known-types.ts';
import { isNestedDeeper, MAX_NESTING, TOO_DEEP } from './nesting.ts';
import { show } from './show.ts';
import { parseEventTime } from './time.ts';
import type { EventVisitor, StreamEvent } from './types.ts';
import { unicodeProblem } from './unicode.ts';

/** A CloudEvents 1.0 event in the JSON format, structured mode. */
export type CloudEvent = Readonly<Record<string, unknown>>;

const JSON_CONTENT = 'application/json';

/**
 * Attributes that have a place of their own in a {@link StreamEvent}, or a default that {@link toCloudEvent} writes.
 */
type Attributes = Record<
  | 'specversion'
  | 'id'
  | 'source'
  | 'type'
  | 'time'
  | 'partitionkey'
  | 'datacontenttype'
  | 'data'
  | 'data_base64',
  unknown
>;

/**
 * Reads one parsed CloudEvents event and hands it to the visitor.
 *
 * Data given as `data_base64` is decoded where its content type is JSON; otherwise `data` is null. Either way the original
 * text stays in `extra`, as does a time that {@link toCloudEvent} would write differently. An event without the
 * `partitionkey` extension gets the key field of its type's data, or its id where the type is not known.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 * @returns why the value is not an event, `undefined` when the visitor was called
 */
export function visitCloudEvent(
  value: unknown,
  sub: number,
  visitor: Pick<EventVisitor, 'event'>,
  types: KnownTypes | undefined,
): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `not a CloudEvents event: must be an object; got ${show(value)}`;
  }
  const event = value as Attributes;
  const { id, source, type } = event;
  if (event.specversion !== '1.0') return problem('specversion', 'must be "1.0"', event.specversion);
  if (typeof id !== 'string' || id === '') return problem('id', NOT_EMPTY, id);
  if (typeof source !== 'string' || source === '') return problem('source', NOT_EMPTY, source);
  if (typeof type !== 'string' || type === '') return problem('type', NOT_EMPTY, type);
  const time = parseEventTime(event.time);
  if (time === undefined) return problem('time', 'must be an RFC 3339 date-time', event.time);
  let { data } = event;
  if (data !== undefined) {
    if (event.data_base64 !== undefined && event.data_base64 !== null)
      return problem('data_base64', 'must not be given beside data', event.data_base64);
  } else {
    const decoded = decodeBase64(event);
    if (typeof decoded === 'string') return decoded;
    data = decoded.data;
  }
  const extra = extraOf(event);
  if (extra === TOO_DEEP) return TOO_DEEP;
  let key = event.partitionkey;
  if (key === undefined || key === null) key = defaultKey(type, id, data, types);
  else if (typeof key !== 'string' || key === '') return problem('partitionkey', NOT_EMPTY, key);
  visitor.event(sub, type, source, id, time, key as string, data, false, extra);
  return undefined;
}

/**
 * Writes an event's CloudEvents form, for `JSON.stringify`. What {@link visitCloudEvent} reads from it is the same event;
 * what was read from an event says the same as that event, with the defaults of `datacontenttype` and `partitionkey`
 * written out.
 */
export function toCloudEvent(
  type: string,
  source: string,
  id: string,
  time: number,
  key: string,
  data: unknown,
  extra?: Readonly<Record<string, unknown>>,
): CloudEvent {
  const event: Record<string, unknown> = {
    specversion: '1.0',
    id,
    source,
    type,
    time: new Date(time).toISOString(),
    datacontenttype: JSON_CONTENT,
    partitionkey: key,
    ...extra,
  };
  if (typeof extra?.data_base64 !== 'string') event.data = data;
  return event;
}

/** As {@link toCloudEvent}, of an event in one piece. */
export const cloudEventOf = (event: StreamEvent): CloudEvent =>
  toCloudEvent(event.type, event.source, event.id, event.time, event.key, event.data, event.extra);

const NOT_EMPTY = 'must be a text that is not empty';

const problem = (attribute: string, rule: string, value: unknown): string =>
  `not a CloudEvents event: ${attribute} ${value === undefined ? `is missing: it ${rule}` : `${rule}; got ${show(value)}`}`;

function defaultKey(type: string, id: string, data: unknown, types: KnownTypes | undefined): string {
  const field = types?.get(type)?.key;
  if (field === undefined || typeof data !== 'object' || data === null) return id;
  const key = (data as Record<string, unknown>)[field];
  return (typeof key === 'string' && key !== '') || typeof key === 'number' ? String(key) : id;
}

/**
 * What the visitor's other parameters do not hold, `undefined` where that is nothing: the usual case costs no object. The same
 * pass over the attributes finds those nested too deep; the ones passed over are known to be texts or numbers.
 */
function extraOf(event: Attributes): Readonly<Record<string, unknown>> | typeof TOO_DEEP | undefined {
  let needed = false;
  for (const name in event) {
    switch (name) {
      case 'specversion':
      case 'id':
      case 'source':
      case 'type':
      case 'partitionkey':
        break;
      case 'data':
        // The envelope is a level, too.
        if (isNestedDeeper(event.data, MAX_NESTING - 1)) return TOO_DEEP;
        break;
      case 'time':
        if (!isCanonical(event.time)) needed = true;
        break;
      case 'datacontenttype':
        if (event.datacontenttype !== JSON_CONTENT) needed = true;
        break;
      default:
        needed = true;
    }
  }
  if (!needed) return undefined;
  const { specversion, id, source, type, time, partitionkey, datacontenttype, data, ...rest } = event;
  const extra: Record<string, unknown> = rest;
  if (!isCanonical(time)) extra.time = time;
  if (datacontenttype !== JSON_CONTENT && datacontenttype !== undefined)
    extra.datacontenttype = datacontenttype;
  return isNestedDeeper(extra) ? TOO_DEEP : extra;
}

/** Whether a value can be the `extra` of an event: an object that does not contradict the event's own fields. */
export function isExtra(extra: unknown, time: number): extra is Readonly<Record<string, unknown>> {
  if (typeof extra !== 'object' || extra === null || Array.isArray(extra)) return false;
  if (OWN_FIELDS.some((name) => Object.hasOwn(extra, name))) return false;
  return !('time' in extra) || parseEventTime(extra.time) === time;
}

const OWN_FIELDS = ['specversion', 'id', 'source', 'type', 'partitionkey', 'data'] as const;

/** Whether a time that could be parsed is what `toISOString` writes: no other form has 24 characters. */
function isCanonical(time: unknown): boolean {
  return typeof time === 'string' && time.length === 24 && time[23] === 'Z' && time[10] === 'T';
}

const JSON_TYPE = /^[^/;]+\/(?:[^;]+\+)?json\s*(?:;|$)/i;

function decodeBase64(event: Attributes): { data: unknown } | string {
  const { data_base64: text, datacontenttype: type } = event;
  if (text === undefined || text === null) return problem('data', 'must be given', undefined);
  if (typeof text !== 'string') return problem('data_base64', 'must be base64', text);
  const bytes = Buffer.from(text, 'base64');
  // Decoding skips what is not base64; encoding again shows whether there was such.
  if (bytes.toString('base64') !== text) return problem('data_base64', 'must be base64', text);
  if (type !== undefined && type !== null && !(typeof type === 'string' && JSON_TYPE.test(type))) {
    return { data: null };
  }
  const parsed = parseJson(bytes);
  return 'reason' in parsed
    ? problem('data_base64', `must be JSON, as datacontenttype says, but is ${parsed.reason}`, text)
    : isNestedDeeper(parsed.value, MAX_NESTING - 1)
      ? TOO_DEEP
      : parsed.isSuspect && unicodeProblem(parsed.value)
        ? 'not a CloudEvents event: data_base64 must be JSON of well-formed text; it holds half a surrogate pair'
        : { data: parsed.value };
}
