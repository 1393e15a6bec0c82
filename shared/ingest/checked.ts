import type { EventErrorCode } from '../errors.ts';
import type { StreamEvent } from '../events/types.ts';
import { formatDuration } from '../pipeline/index.ts';
import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import { EventProblem } from './event-problem.ts';
import type { IngestType, IngestTypes } from './ingest-type.ts';
import { idOf, type ReadEvent } from './read-event.ts';
import { correctTime } from './sender-clock.ts';

/** An event that will never be stored, and why. */
export interface RejectedEvent {
  /** Its place in the request. */
  readonly index: number;
  readonly id: string | null;
  readonly code: EventErrorCode;
  readonly reason: string;
  /** JSON pointer to what is wrong in it. */
  readonly pointer: string;
}

/** An event that another one of the request has the source and the id of: both are stored, and count as one. */
export interface DuplicateEvent {
  readonly index: number;
  /** The place of the first of them. */
  readonly first: number;
}

/** The items of a request, sorted into events and others. */
export interface Checked {
  readonly events: readonly StreamEvent[];
  /** For each of the events its place in the request. */
  readonly indexes: readonly number[];
  readonly rejected: readonly RejectedEvent[];
  readonly duplicates: readonly DuplicateEvent[];
}

/** What the items of a request are checked against. */
export interface CheckContext {
  readonly types: IngestTypes;
  /** The type of bare data; undefined for CloudEvents. */
  readonly known: IngestType | undefined;
  /** Types that the caller may send; undefined for all. */
  readonly allowed: ReadonlySet<string> | undefined;
  /** Time of arrival, epoch milliseconds. */
  readonly now: number;
  /** What is added to event times, in milliseconds, because the sender's clock is off. */
  readonly offset: number;
  /** There when any of the types has personal fields. */
  readonly pseudonyms: Pseudonyms | undefined;
}

/** Checks every item of a request, and makes of it the event as it is stored. */
export function checkItems(items: readonly unknown[], read: ReadEvent, context: CheckContext): Checked {
  const { types, known } = context;
  const events: StreamEvent[] = [];
  const indexes: number[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [index, item] of items.entries()) {
    const event = read(item);
    const result = event instanceof EventProblem ? event : admit(event, context);
    if (result instanceof EventProblem) {
      const { code, reason, pointer } = result;
      rejected.push({ index, id: idOf(item, types, known), code, reason, pointer });
    } else {
      events.push(result);
      indexes.push(index);
    }
  }
  return { events, indexes, rejected, duplicates: duplicatesOf(events, indexes) };
}

/** What an event must fulfil besides being one; gives it the time and the pseudonyms that it is stored with. */
function admit(event: StreamEvent, context: CheckContext): StreamEvent | EventProblem {
  const { types, allowed, now, offset, pseudonyms } = context;
  if (allowed !== undefined && !allowed.has(event.type)) {
    return new EventProblem('forbidden-type', `type: must be one of ${[...allowed].join(', ')}`, '/type');
  }
  const { type, protector } = types.get(event.type) as IngestType;
  const timed = offset === 0 ? event : correctTime(event, offset);
  if (timed.time - now > type.maxAhead) {
    const reason = `time: must be at most ${formatDuration(type.maxAhead)} ahead of its arrival; got ${new Date(timed.time).toISOString()}`;
    const { known } = context;
    return new EventProblem('time-ahead', reason, known === undefined ? '/time' : `/${type.time}`);
  }
  if (protector === undefined) return timed;
  if (pseudonyms === undefined) throw new TypeError('personal fields and no keys');
  return protector.protect(timed, pseudonyms);
}

function duplicatesOf(events: readonly StreamEvent[], indexes: readonly number[]): DuplicateEvent[] {
  if (events.length < 2 || areDistinct(events)) return [];
  const duplicates: DuplicateEvent[] = [];
  const bySource = new Map<string, Map<string, number>>();
  for (const [position, { source, id }] of events.entries()) {
    let seen = bySource.get(source);
    if (seen === undefined) {
      seen = new Map();
      bySource.set(source, seen);
    }
    const index = indexes[position] as number;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, index);
    else duplicates.push({ index, first });
  }
  return duplicates;
}

/** The usual case, found out at half the cost: one source, and no id twice. */
function areDistinct(events: readonly StreamEvent[]): boolean {
  const source = events[0]?.source;
  const ids = new Set<string>();
  for (const event of events) {
    if (event.source !== source) return false;
    ids.add(event.id);
  }
  return ids.size === events.length;
}
