import type { StreamEvent } from '../events/types.ts';
import { type EventPlace, eventPart, RowError, sqlTime } from './raw-row.ts';

/**
 * One row of the late table as a line of JSON: an event that a stage left out of windows, and where it lay in the stage's input.
 *
 * @throws RowError when it is not an event of a late output
 */
export function lateLine(event: StreamEvent, place: EventPlace): string {
  const { data, extra = {} } = event;
  const { millracestage: stage, millracereason: reason, millracesequence, millracesub, ...others } = extra;
  const { millracewatermark: watermark, ...attributes } = others;
  if (typeof stage !== 'string') throw new RowError('it does not say for which stage it came too late');
  return `${JSON.stringify({
    stage,
    reason: textOrNull(reason),
    ...eventPart(event, place),
    // What an older version put there without them is told apart by its own place.
    sequence: textOrNull(millracesequence) ?? place.sequence,
    sub_sequence: typeof millracesub === 'number' ? millracesub : place.subSequence,
    watermark: typeof watermark === 'string' ? sqlTime(Date.parse(watermark)) : null,
    data: data === undefined ? null : JSON.stringify(data),
    attributes: Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes),
  })}\n`;
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
