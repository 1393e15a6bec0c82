import type { StreamEvent } from '../../events/types.ts';
import type { ShardInfo } from '../../state/heads.ts';
import { hashKeyOf } from '../../streams/kpl.ts';
import type { LaneRecord } from '../../streams/lane-record.ts';
import { explicitHashKey, laneOf } from '../../streams/lanes.ts';
import { originalKey, redrivenKey } from '../../streams/redriven.ts';
import { hourOfItem, type RejectedItem } from './item.ts';

const LANE = /^lane-(\d+)$/;

/**
 * The record that puts an item back into its stream. It goes to where it came from: of the ways in which a producer may
 * have chosen the hash key (Millrace's lanes, the lane of the event's key, the hash of the partition key) that one counts
 * which leads into the shard in which the item was found.
 *
 * @param bytes - what is put back
 * @param event - the first event in them, where they can be read
 * @param shards - of the stream, closed ones included
 */
export function recordOf(
  item: RejectedItem,
  bytes: Uint8Array,
  event: StreamEvent | undefined,
  lanes: number,
  shards: readonly ShardInfo[],
): LaneRecord {
  const key = item.partitionKey === undefined ? undefined : originalKey(item.partitionKey);
  const hashKeys = candidates(key, event, lanes);
  const range = shards.find(({ shard }) => shard === item.shard)?.hashRange;
  const [start, end] = range ?? ['0', '0'];
  const inside = hashKeys.find((hash) => BigInt(hash) >= BigInt(start) && BigInt(hash) <= BigInt(end));
  const hashKey = inside ?? hashKeys[0] ?? start;
  return {
    order: hashKey,
    partitionKey: redrivenKey(key ?? event?.key ?? 'unknown', hourOfItem(item), item.name),
    explicitHashKey: hashKey,
    data: bytes,
  };
}

function candidates(key: string | undefined, event: StreamEvent | undefined, lanes: number): string[] {
  const found: string[] = [];
  const lane = Number(LANE.exec(key ?? '')?.[1] ?? Number.NaN);
  // An event decides by its own key: a mended one may have another than the record had.
  if (event !== undefined) found.push(explicitHashKey(laneOf(event.key, lanes), lanes));
  if (lane < lanes) found.push(explicitHashKey(lane, lanes));
  if (key !== undefined) found.push(hashKeyOf(key).toString());
  return found;
}
