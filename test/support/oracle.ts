import type { StreamEvent } from '../../shared/events/types.ts';

/** Totals of one key and window, added up the slow and obvious way. */
export interface Expected {
  readonly key: string;
  readonly start: number;
  readonly total: number;
  readonly events: number;
}

/** What tumbling windows hold in the end if every event counts once: written without any of the code under test. */
export function expectedTotals(events: readonly StreamEvent[], size: number): Map<string, Expected> {
  const seen = new Set<string>();
  const totals = new Map<string, Expected>();
  for (const { id, source, time, data } of events) {
    const identity = JSON.stringify([source, id]);
    if (seen.has(identity)) continue;
    seen.add(identity);
    const { key, amount } = data as { key: string; amount: number };
    const start = Math.floor(time / size) * size;
    const name = `${start} ${start + size} ${key}`;
    const before = totals.get(name) ?? { key, start, total: 0, events: 0 };
    totals.set(name, { ...before, total: before.total + amount, events: before.events + 1 });
  }
  return totals;
}
