import type { StreamEvent } from '../events/types.ts';
import { parseResult, ResultFormatError, type WindowResult } from '../results/result.ts';
import { type EventPlace, RowError, sqlTime } from './raw-row.ts';

/**
 * One row of the results table as a line of JSON: a window's result as of one revision, and its place in the results stream. One that
 * was emitted again has several rows.
 *
 * @throws RowError when the event is not a result
 */
export function resultLine({ id, source, data }: StreamEvent, place: EventPlace): string {
  const { stage, key, start, end, revision, final, retracted, retracts, values } = read(data);
  return `${JSON.stringify({
    stage,
    key,
    window_start: sqlTime(start),
    window_end: sqlTime(end),
    revision,
    final,
    retracted: retracted === true,
    id,
    source,
    arrival: sqlTime(place.arrival),
    pipeline: place.pipeline,
    shard: place.shard,
    sequence: place.sequence,
    sub_sequence: place.subSequence,
    data: JSON.stringify(values),
    retracts: retracts === undefined ? null : JSON.stringify(retracts),
  })}\n`;
}

function read(data: unknown): WindowResult {
  try {
    return parseResult(data);
  } catch (error) {
    if (!(error instanceof ResultFormatError)) throw error;
    throw new RowError(`not a result: ${error.message}`, { cause: error });
  }
}
