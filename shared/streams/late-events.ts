import type { KeyedEvent } from './put-all.ts';

/**
 * Marks events that came too late for a stage's windows, so that a consumer knows whose windows they missed. Notices of those that
 * came too late for some windows only say so themselves.
 */
export function lateEvents(stage: string, events: readonly string[]): KeyedEvent[] {
  return events.map((json) => {
    const event = JSON.parse(json) as Record<string, unknown>;
    return {
      key: String(event.partitionkey),
      event: JSON.stringify({ millracereason: 'late', ...event, millracestage: stage }),
    };
  });
}
