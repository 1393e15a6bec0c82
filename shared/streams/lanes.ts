/** Kinesis' hash-key space: shards are ranges of the numbers below it. */
const HASH_SPACE = 1n << 128n;

/**
 * The lane of a partition key: FNV-1a (32 bits) over its UTF-8 bytes, mixed by the finalizer of MurmurHash3, modulo the
 * number of lanes. Part of the record format: producers in other languages compute the same. An unpaired surrogate
 * counts as U+FFFD, as in every UTF-8 encoder.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher (fmix32)
 */
export function laneOf(partitionKey: string, lanes: number): number {
  return mix(fnv1a(partitionKey)) % lanes;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return fnv1aBytes(Buffer.from(text.slice(at), 'utf8'), hash);
    hash = Math.imul(hash ^ unit, 0x01000193);
  }
  return hash;
}

function fnv1aBytes(bytes: Uint8Array, start: number): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

/** FNV alone leaves the low bits of similar keys alike; these are the bits that choose the lane. */
function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const hashKeys = new Map<number, readonly string[]>();

/**
 * The point of the stream's hash-key range where a lane's records go: the middle of the lane's equal slice of 2^128, in
 * decimal as `ExplicitHashKey` wants it. The middle, so that no way of splitting shards evenly ends on it.
 *
 * @throws RangeError when there is no such lane
 */
export function explicitHashKey(lane: number, lanes: number): string {
  let keys = hashKeys.get(lanes);
  if (keys === undefined) {
    keys = computeHashKeys(lanes);
    hashKeys.set(lanes, keys);
  }
  const key = keys[lane];
  if (key === undefined) throw new RangeError(`there is no lane ${lane} among ${lanes}`);
  return key;
}

function computeHashKeys(lanes: number): readonly string[] {
  if (!Number.isInteger(lanes) || lanes < 1) throw new RangeError(`${lanes} is not a number of lanes`);
  return Array.from({ length: lanes }, (_, lane) =>
    ((HASH_SPACE * BigInt(2 * lane + 1)) / BigInt(2 * lanes)).toString(),
  );
}
