import type { StreamEvent } from '../events/types.ts';

/** Where an event lay in its stream. */
export interface EventPlace {
  readonly pipeline: string;
  readonly shard: string;
  readonly sequence: string;
  readonly subSequence: number;
  /** When its record arrived, epoch milliseconds. */
  readonly arrival: number;
  /** Of a record that was put back into its stream: see streams/redriven.ts. */
  readonly redriven?: string | undefined;
}

/** Makes the row of an event, a line of JSON; none of what does not belong into the table. @throws RowError */
export type Line = (event: StreamEvent, place: EventPlace) => string | undefined;

/** An event of which no row can be made; the message says why. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

/** A time as SQL writes timestamps: what Athena's and DuckDB's readers of JSON both take, in UTC. */
export const sqlTime = (time: number): string => new Date(time).toISOString().replace('T', ' ').slice(0, -1);

/** What the rows of the raw and the late table alike say of an event, in the order of their columns. */
export const eventPart = ({ id, type, source, time, key }: StreamEvent, place: EventPlace) => ({
  id,
  type,
  source,
  time: sqlTime(time),
  arrival: sqlTime(place.arrival),
  partition_key: key,
  pipeline: place.pipeline,
});

/**
 * One row of the raw table as a line of JSON. The payload is text: what a reader makes of nested objects and of large numbers
 * differs, what it makes of a text does not.
 */
export function rawLine(event: StreamEvent, place: EventPlace): string {
  const { data, extra } = event;
  return `${JSON.stringify({
    ...eventPart(event, place),
    shard: place.shard,
    sequence: place.sequence,
    sub_sequence: place.subSequence,
    data: JSON.stringify(data),
    attributes: extra === undefined ? null : JSON.stringify(extra),
    redriven: place.redriven ?? null,
  })}\n`;
}
