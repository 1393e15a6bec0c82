import { hash } from 'node:crypto';
import { parseEventTime } from '../../../shared/events/time.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';

/** One event to be sent, and where it came from. */
export interface Item {
  /** Line of the file, from 1. */
  readonly line: number;
  /** What the file says there. */
  readonly text: string;
  /** The event's data, with an id, as JSON. */
  readonly json: string;
  /** Event time in epoch milliseconds; undefined where ingestion is going to refuse it. */
  readonly time: number | undefined;
}

/** A line that did not become an event, or that ingestion refused. */
export interface Refusal {
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/** What a block of input came to, in the order of the file. */
export interface Block {
  readonly items: Item[];
  readonly refused: Refusal[];
}

/**
 * The id of an event that brings none: a function of its line's number and content, so that sending the same file
 * again, wherever it was interrupted, repeats ids and counts nothing twice; two equal lines stay two events.
 */
export function lineId(line: number, text: string): string {
  return `${line}-${hash('sha256', `${line}\n${text}`, 'base64url').slice(0, 16)}`;
}

/** Turns a line of NDJSON into an event; the text is sent as it stands but for an id put in front. */
export function parseJsonLine(type: EventType, line: number, text: string): Item | Refusal {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { line, text, reason: `not JSON: ${(error as Error).message}` };
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { line, text, reason: 'not a JSON object' };
  }
  // Most lines bring an id, and hashing costs as much as parsing.
  const fields = data as Record<string, unknown>;
  const hasId = type.id !== undefined && fields[type.id] !== undefined && fields[type.id] !== null;
  const json = hasId ? text : eventJson(type, lineId(line, text), fields, text);
  return { line, text, json, time: parseEventTime(fields[type.time]) };
}

/**
 * The JSON to send for one event's data, given as an object and as the text it came from. Where the type has no field
 * for an id, the event goes as a CloudEvents event, which always has one; its source is that of bare data.
 */
export function eventJson(type: EventType, id: string, data: Record<string, unknown>, text: string): string {
  if (type.id !== undefined) return withId(type.id, id, data, text);
  const attributes = JSON.stringify({
    specversion: '1.0',
    id,
    source: `/v1/events/${type.name}`,
    type: type.name,
    time: data[type.time] ?? null,
  });
  return `${attributes.slice(0, -1)},"data":${text}}`;
}

/** Where the JSON of a type's events is posted, relative to the API's root. */
export const eventPath = (type: EventType): string =>
  type.id === undefined ? 'v1/events' : `v1/events/${type.name}`;

function withId(field: string, id: string, data: Record<string, unknown>, text: string): string {
  const given = data[field];
  // A null has to be replaced: of two equal names in one object the last counts.
  if (given === null) return JSON.stringify({ ...data, [field]: id });
  if (given !== undefined) return text;
  const rest = text.slice(text.indexOf('{') + 1);
  const comma = rest.trimStart().startsWith('}') ? '' : ',';
  return `{${JSON.stringify(field)}:"${id}"${comma}${rest}`;
}
