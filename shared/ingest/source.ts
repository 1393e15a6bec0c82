import { escapesSurrogates } from '../events/unicode.ts';
import { binaryEvent, isBinaryMode } from './binary.ts';
import { type BodySource, readBody, readContent } from './body.ts';
import { type IngestType, type IngestTypes, typeNames } from './ingest-type.ts';
import { parseItems } from './items.ts';
import { BARE_MEDIA, CLOUDEVENTS_MEDIA, mediaOf } from './media-type.ts';
import { ProblemError } from './problem.ts';
import { bareEvents, cloudEvents, type ReadEvent, unicodeEvents } from './read-event.ts';
import type { Headers, IngestRequest } from './request.ts';

/** The items of a request, and how events are made of them. */
export interface Source {
  readonly items: readonly unknown[];
  readonly read: ReadEvent;
  /** The type of bare data; undefined for CloudEvents. */
  readonly known: IngestType | undefined;
  /** Whether an event got its id here. */
  readonly isAssigned: () => boolean;
}

/**
 * Makes what takes requests apart: bare data of one type, or CloudEvents in any of the modes of the HTTP protocol binding.
 *
 * @returns a function that throws ProblemError for a body that cannot be taken, or a type that is not known
 */
export function createSources(types: IngestTypes, newId: () => string): (request: IngestRequest) => Source {
  const readCloudEvent = cloudEvents(types);
  return (request) => {
    const { type, headers, body, base64 } = request;
    const content = { body, base64, contentEncoding: headers['content-encoding'] };
    if (type === undefined) {
      return { ...cloudItems(headers, content, readCloudEvent), known: undefined, isAssigned: () => false };
    }
    const known = knownType(types, type);
    let assigned = false;
    const assign = () => {
      assigned = true;
      return newId();
    };
    // The media type is looked at first: a body of another is not worth inflating.
    const media = mediaOf(headers['content-type'], BARE_MEDIA);
    const text = readBody(content);
    const read = bareEvents(known, assign);
    return {
      items: parseItems(text, media),
      read: guarded(read, text, 'data'),
      known,
      isAssigned: () => assigned,
    };
  };
}

/**
 * The event type that a path names.
 *
 * @throws ProblemError where there is none of the name
 */
export function knownType(types: IngestTypes, name: string): IngestType {
  const known = types.get(name);
  if (known === undefined) {
    throw new ProblemError('unknown-type', `"${name.slice(0, 100)}" is none of: ${typeNames(types)}`);
  }
  return known;
}

function cloudItems(headers: Headers, body: BodySource, read: ReadEvent): Pick<Source, 'items' | 'read'> {
  if (isBinaryMode(headers)) {
    const content = readContent(body);
    return { items: [binaryEvent(headers, content)], read: guarded(read, content, 'events') };
  }
  const media = mediaOf(headers['content-type'], CLOUDEVENTS_MEDIA);
  const text = readBody(body);
  return { items: parseItems(text, media), read: guarded(read, text, 'events') };
}

/** Texts are looked at one by one only where the body may hold any that are not Unicode. */
const guarded = (read: ReadEvent, body: string | Buffer, holds: 'data' | 'events'): ReadEvent =>
  escapesSurrogates(body) ? unicodeEvents(read, holds) : read;
