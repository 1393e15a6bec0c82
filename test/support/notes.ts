import { z } from 'zod';
import type { StreamEvent } from '../../shared/events/types.ts';
import {
  count,
  eventType,
  jsonPartials,
  tumbling,
  userAggregate,
  windowStage,
} from '../../shared/pipeline/index.ts';
import { Random } from './random.ts';

const SECOND = 1_000;
export const START = Date.UTC(2026, 0, 1);
const random = new Random(5);
/** Text that no compressor makes shorter by more than a quarter. */
export const noise = (length: number): string =>
  Buffer.from(Array.from({ length: (length * 3) / 4 }, () => random.below(256))).toString('base64');

const note = eventType('note', {
  description: 'a text',
  schema: z.object({ key: z.string(), at: z.int(), label: z.string() }),
  time: 'at',
  key: 'key',
});

/** Notes of a key by the minute. */
export const notes = windowStage('notes', {
  description: 'for tests',
  from: note,
  key: 'key',
  window: tumbling('1 minute'),
  outOfOrderness: '1 second',
  allowedLateness: '1 minute',
  values: { events: count() },
});

/** A note. */
export const event = (id: string, seconds: number, label = 'short', key = 'a'): StreamEvent => {
  const time = START + seconds * SECOND;
  return { type: 'note', source: '/test', id, time, key, data: { key, at: time, label } };
};

const labelSet = userAggregate({
  name: 'label-set',
  description: 'the labels that occur, of which the result is how many',
  fields: ['label'],
  create: (): readonly unknown[] => [],
  add: (held, { label }) => [...held, label],
  merge: (a, b) => [...new Set([...a, ...b])],
  result: (held) => held.length,
  ...jsonPartials<readonly unknown[]>(),
});

/** With all of their labels, so that a key's partial grows. */
export const sets = { ...notes, values: { ...notes.values, labels: labelSet } };
