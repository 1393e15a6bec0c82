import type { Checked, DuplicateEvent, RejectedEvent } from './checked.ts';
import { LIMITS } from './limits.ts';
import type { StoreOutcome } from './store.ts';

/** What became of the events of one request, by their places in it. */
export interface Receipt {
  /** Places of the events that are durably in the stream, ascending. */
  readonly stored: readonly number[];
  /** Ascending. */
  readonly rejected: readonly RejectedEvent[];
  /** Places of the events that are not known to be stored, ascending. */
  readonly retry: readonly number[];
  /** Ascending. */
  readonly duplicates: readonly DuplicateEvent[];
  /** By place, null for what was rejected; undefined where no id had to be assigned. */
  readonly ids: readonly (string | null)[] | undefined;
}

/**
 * Puts together what the checks and the stream said of a request's events.
 *
 * @param count - number of events in the request
 * @param assigned - whether any of them got its id here
 */
export function receiptOf(
  count: number,
  checked: Checked,
  outcome: Pick<StoreOutcome, 'missing' | 'oversize'>,
  assigned: boolean,
): Receipt {
  const { events, indexes, duplicates } = checked;
  const at = (position: number) => indexes[position] as number;
  const ids = Array<string | null>(count).fill(null);
  for (const [position, { id }] of events.entries()) ids[at(position)] = id;
  const oversize = outcome.oversize.map(
    (position): RejectedEvent => ({
      index: at(position),
      id: events[position]?.id ?? null,
      code: 'too-large',
      reason: `has more than ${LIMITS.event} bytes`,
      pointer: '',
    }),
  );
  for (const { index } of oversize) ids[index] = null;
  const left = new Set([...outcome.missing, ...outcome.oversize]);
  return {
    stored: indexes.filter((_, position) => !left.has(position)),
    rejected: [...checked.rejected, ...oversize].sort((a, b) => a.index - b.index),
    retry: outcome.missing.map(at),
    duplicates,
    ids: assigned ? ids : undefined,
  };
}
