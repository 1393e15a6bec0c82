import { type HeartbeatPlace, heartbeatEvent } from '../../shared/events/heartbeat.ts';

/** A heartbeat as it is in a stream. */
export const heartbeat = (
  sentAt: number,
  place: HeartbeatPlace = { shard: 'shardId-000000000000' },
): string => heartbeatEvent('p', place, sentAt, `beat-${sentAt}`);
