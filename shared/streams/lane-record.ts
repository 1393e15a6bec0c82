import { explicitHashKey, laneOf } from './lanes.ts';

/** A record to put: its bytes, where they go, and what they must stay in order with. */
export interface LaneRecord {
  /** Records of the same ordering key are stored in the order in which they are given; others in any order. */
  readonly order: string | number;
  readonly partitionKey: string;
  readonly explicitHashKey: string;
  readonly data: Uint8Array;
}

/** Kinesis' limit on the length of a partition key, in characters. */
const MAX_PARTITION_KEY = 256;

/** A record that packs events of one lane: it stays in order with all other records of the lane. */
export function laneRecord(lane: number, lanes: number, data: Uint8Array): LaneRecord {
  return {
    order: lane,
    partitionKey: `lane-${lane}`,
    explicitHashKey: explicitHashKey(lane, lanes),
    data,
  };
}

/**
 * A record that holds one event: it stays in order with the records of its own key only, so that thousands of keys go
 * out in one request.
 */
export function keyRecord(key: string, lanes: number, data: Uint8Array): LaneRecord {
  return {
    order: key,
    partitionKey: partitionKeyOf(key),
    explicitHashKey: explicitHashKey(laneOf(key, lanes), lanes),
    data,
  };
}

/**
 * The explicit hash key decides the shard and the partition key is a label: one that Kinesis would refuse, and with it
 * the whole request, is cut and repaired.
 */
function partitionKeyOf(key: string): string {
  if (key === '') return '-';
  const cut = key.length <= MAX_PARTITION_KEY ? key : key.slice(0, MAX_PARTITION_KEY);
  return cut.isWellFormed() ? cut : cut.toWellFormed();
}
