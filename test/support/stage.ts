import { z } from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import { count, eventType, sum, tumbling, windowStage } from '../../shared/pipeline/index.ts';

export const MINUTE = 60_000;

/** A small event type for tests of the protocol. */
export const reading = eventType('reading', {
  description: 'an amount for a key',
  schema: z.object({ key: z.string(), amount: z.int(), at: z.int() }),
  time: 'at',
  key: 'key',
});

/** Totals per key and minute. */
export const totals = windowStage('totals', {
  description: 'total per key and minute',
  from: reading,
  key: 'key',
  window: tumbling('1 minute'),
  outOfOrderness: '10 seconds',
  allowedLateness: '10 minutes',
  values: { total: sum('amount'), events: count() },
});

export function readingEvent(id: string, time: number, key = 'a', amount = 1): StreamEvent {
  return { type: 'reading', source: '/test', id, time, key, data: { key, amount, at: time } };
}
