import { jsonFault } from '../events/json.ts';
import { EventProblem } from './event-problem.ts';
import { LIMITS } from './limits.ts';
import type { Media } from './media-type.ts';
import { ProblemError } from './problem.ts';

/**
 * Parses a body into the events it claims to hold, in order; an event's index is its place in this list. Blank lines
 * of NDJSON do not count.
 *
 * @throws ProblemError `invalid-json`, `empty-request` or `too-many-events`
 */
export function parseItems(text: string, media: Media): unknown[] {
  const items = media.layout === 'ndjson' ? parseLines(text) : parseDocument(text, media.holds);
  if (items.length === 0 && !isEmptyBatch(text, media))
    throw new ProblemError('empty-request', 'the body holds no event');
  if (items.length > LIMITS.events) throw tooMany(`${items.length}`);
  return items;
}

function parseDocument(text: string, holds: Media['holds']): unknown[] {
  if (text.trim() === '') return [];
  const value = parse(text);
  if (value instanceof EventProblem) throw new ProblemError('invalid-json', value.reason);
  if (holds === 'one') return [value];
  if (Array.isArray(value)) return value;
  if (holds === 'any') return [value];
  throw new ProblemError('invalid-json', 'the body is not an array, which a batch of CloudEvents must be');
}

function parseLines(text: string): unknown[] {
  const items: unknown[] = [];
  let number = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end;
    const line = text.slice(from, to);
    from = to + 1;
    number++;
    if (line.trim() === '') continue;
    if (items.length === LIMITS.events) throw tooMany(`more than ${LIMITS.events}`);
    const value = parse(line);
    items.push(
      value instanceof EventProblem ? new EventProblem(value.code, `line ${number}: ${value.reason}`) : value,
    );
  }
  return items;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return new EventProblem('not-json', jsonFault(error));
  }
}

/** A batch of CloudEvents may be empty (HTTP protocol binding, section 3.3.2); a body without a batch may not. */
const isEmptyBatch = (text: string, media: Media): boolean => media.holds === 'array' && text.trim() !== '';

const tooMany = (count: string): ProblemError =>
  new ProblemError('too-many-events', `the request holds ${count} events, the limit is ${LIMITS.events}`);
