import { toCloudEvent } from './cloudevents.ts';

/**
 * Type of the events by which Millrace measures itself: their time is when they were sent, and every function that meets one says
 * how long it took to get there. No declared type can have this name, and ingestion takes only declared ones.
 */
export const HEARTBEAT_TYPE = 'millrace.heartbeat';

/** Where a heartbeat was put: into a shard of the events, or, on the second part of its way, among the results of a stage. */
export type HeartbeatPlace = { readonly shard: string } | { readonly stage: string };

/**
 * A heartbeat as a CloudEvents event in JSON.
 *
 * @param sentAt - when it began its way, epoch milliseconds: the same on all of it
 * @param id - its key as well, so that heartbeats are spread over the shards of a stream
 */
export const heartbeatEvent = (pipeline: string, place: HeartbeatPlace, sentAt: number, id: string): string =>
  JSON.stringify(toCloudEvent(HEARTBEAT_TYPE, `/millrace/${pipeline}/heartbeat`, id, sentAt, id, place));

/**
 * Whether a heartbeat in a results stream came through a stage: the stream has those of all stages, and of its reader as well,
 * which would send them round for ever.
 */
export const isHeartbeatOf = (stage: string, data: unknown): boolean =>
  (data as { readonly stage?: unknown } | null | undefined)?.stage === stage;

/** The later of two heartbeats, where there are any. */
export const laterHeartbeat = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
