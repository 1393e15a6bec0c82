import type { StreamEvent } from '../events/types.ts';
import { idOf, type ReadEvent } from './read-event.ts';

/** An event that will never be stored, and why. */
export interface RejectedEvent {
  /** Its place in the request. */
  readonly index: number;
  readonly id: string | null;
  readonly reason: string;
}

/** The items of a request, sorted into events and others. */
export interface Checked {
  readonly events: readonly StreamEvent[];
  /** For each of the events its place in the request. */
  readonly indexes: readonly number[];
  readonly rejected: readonly RejectedEvent[];
}

/**
 * Checks every item of a request.
 *
 * @param idField - field of an item that holds its id
 */
export function checkItems(items: readonly unknown[], read: ReadEvent, idField: string | undefined): Checked {
  const events: StreamEvent[] = [];
  const indexes: number[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [index, item] of items.entries()) {
    const result = read(item);
    if (typeof result === 'string') rejected.push({ index, id: idOf(item, idField), reason: result });
    else {
      events.push(result);
      indexes.push(index);
    }
  }
  return { events, indexes, rejected };
}
