import { randomUUID } from 'node:crypto';

/** The counter has 12 bits. */
const COUNTS = 4096;

/**
 * Makes ids for events that bring none: UUIDs of version 7, which sort by the time of their making, also within one
 * millisecond. When more are wanted than a millisecond has room for, the next one's are used.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-6.2 (method 1)
 */
export function createIds(now: () => number = Date.now): () => string {
  let time = 0;
  let count = 0;
  return () => {
    const current = now();
    if (current > time) {
      time = current;
      count = 0;
    } else if (++count === COUNTS) {
      time++;
      count = 0;
    }
    const stamp = time.toString(16).padStart(12, '0');
    const counter = count.toString(16).padStart(3, '0');
    // The random part and the variant are those of a UUID of version 4, which Node makes from a pool.
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${counter}${randomUUID().slice(18)}`;
  };
}
