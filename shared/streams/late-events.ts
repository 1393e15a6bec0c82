import type { KeyedEvent } from './put-all.ts';

/** Marks events that came too late for a stage's windows, so that a consumer knows whose windows they missed. */
export function lateEvents(stage: string, events: readonly string[]): KeyedEvent[] {
  return events.map((json) => {
    const event = JSON.parse(json) as Record<string, unknown>;
    return {
      key: String(event.partitionkey),
      event: JSON.stringify({ ...event, millracestage: stage, millracereason: 'late' }),
    };
  });
}
