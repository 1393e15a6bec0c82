import type { EventErrorCode } from '../errors.ts';

/** Bounds what an answer says of one event: 10,000 of them must fit into what Lambda can return. */
const MAX_REASON = 300;
const MAX_POINTER = 200;

/** Why one event of a request will not be stored. */
export class EventProblem {
  readonly code: EventErrorCode;
  readonly reason: string;
  /** JSON pointer into the event as it was sent: what is wrong; empty for the event as a whole. */
  readonly pointer: string;

  constructor(code: EventErrorCode, reason: string, pointer = '') {
    this.code = code;
    // A cut may leave half a character.
    this.reason = reason.slice(0, MAX_REASON).toWellFormed();
    this.pointer = pointer.slice(0, MAX_POINTER).toWellFormed();
  }
}
