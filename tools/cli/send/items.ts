import { hash } from 'node:crypto';
import { eventLine, hasId } from '../../../client/event-line.ts';
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
  const json = hasId(type, fields) ? text : eventLine(type, lineId(line, text), fields, text);
  return { line, text, json, time: parseEventTime(fields[type.time]) };
}
