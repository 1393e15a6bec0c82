import { hashKeyOf, type SubRecord } from './kpl.ts';

/** The hash keys that belong to a shard, both ends inclusive, as `ListShards` gives them. */
export interface HashRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** The whole range of Kinesis' hash keys. */
export const ALL_HASH_KEYS: HashRange = { start: 0n, end: 2n ** 128n - 1n };

/**
 * Whether each record of an aggregate belongs to a shard. A producer that aggregates by an outdated map of the shards
 * puts records into aggregates where others of their key do not go; KPL consumers leave them out.
 */
export function recordsInRange(records: readonly SubRecord[], range: HashRange): boolean[] {
  if (range.start <= ALL_HASH_KEYS.start && range.end >= ALL_HASH_KEYS.end) return records.map(() => true);
  // The records of one aggregate repeat their keys.
  const known = new Map<string, boolean>();
  return records.map(({ partitionKey, explicitHashKey }) => {
    const name = explicitHashKey === undefined ? `p${partitionKey}` : `e${explicitHashKey}`;
    let inside = known.get(name);
    if (inside === undefined) {
      const key = explicitHashKey === undefined ? hashKeyOf(partitionKey) : BigInt(explicitHashKey);
      inside = key >= range.start && key <= range.end;
      known.set(name, inside);
    }
    return inside;
  });
}
