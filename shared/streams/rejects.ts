import type { EventVisitor } from '../events/types.ts';

/** Takes what is not an event. */
export type Rejects = Pick<EventVisitor, 'undecodable'>;

/** More undecodable items of one record than this are not told apart. */
export const MAX_REJECTS = 100;

/**
 * Keeps what is set aside of one record in proportion to it: a megabyte of `[0,0,0,...]` has half a million items
 * that are not events, and a few compressed kilobytes may hold one of many megabytes. What would be longer than the
 * record is replaced by the record, and so are the items from {@link MAX_REJECTS} on: nothing is lost, and one bad record
 * cannot hold up its shard.
 */
export class RecordRejects implements Rejects {
  readonly #record: Uint8Array;
  readonly #target: Rejects;
  #count = 0;

  constructor(record: Uint8Array, target: Rejects) {
    this.#record = record;
    this.#target = target;
  }

  undecodable(sub: number, reason: string, bytes: Uint8Array): void {
    this.#count++;
    if (this.#count > MAX_REJECTS) return;
    const last = this.#count === MAX_REJECTS;
    const whole = last || bytes.length > this.#record.length;
    this.#target.undecodable(
      sub,
      last ? `${reason}; perhaps more of this record, not told apart` : reason,
      whole ? this.#record : bytes,
    );
  }
}
