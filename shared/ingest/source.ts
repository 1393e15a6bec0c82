import { binaryEvent, isBinaryMode } from './binary.ts';
import { type BodySource, readBody, readContent } from './body.ts';
import { type IngestType, type IngestTypes, typeNames } from './ingest-type.ts';
import { parseItems } from './items.ts';
import { BARE_MEDIA, CLOUDEVENTS_MEDIA, mediaOf } from './media-type.ts';
import { ProblemError } from './problem.ts';
import { bareEvents, cloudEvents, type ReadEvent } from './read-event.ts';
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
      return {
        items: cloudItems(headers, content),
        read: readCloudEvent,
        known: undefined,
        isAssigned: () => false,
      };
    }
    const known = knownType(types, type);
    let assigned = false;
    const assign = () => {
      assigned = true;
      return newId();
    };
    // The media type is looked at first: a body of another is not worth inflating.
    const media = mediaOf(headers['content-type'], BARE_MEDIA);
    return {
      items: parseItems(readBody(content), media),
      read: bareEvents(known, assign),
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

function cloudItems(headers: Headers, content: BodySource): unknown[] {
  if (isBinaryMode(headers)) return [binaryEvent(headers, readContent(content))];
  const media = mediaOf(headers['content-type'], CLOUDEVENTS_MEDIA);
  return parseItems(readBody(content), media);
}
