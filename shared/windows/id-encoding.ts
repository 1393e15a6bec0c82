import type { IdList, IdSink } from './id-set.ts';

/**
 * Ids as bytes. They are random, so no compressor finds anything in them; but their order says nothing, and not to write it down
 * saves about log2(n) bits of each: of ten thousand 64-bit ids 6.6 bytes remain. That is the code of Elias and Fano (P. Elias,
 * "Efficient Storage and Retrieval by Content and Address of Static Files", 1974): ids are put into 2^b buckets by their highest b
 * bits, about as many buckets as ids, and only the other bits are written.
 *
 * Layout: the form; the number n of ids, 7 bits to a byte, lowest first; a bitmap in which the i-th id, in the order of the buckets,
 * sets bit i + its bucket; the 16 - b bits that follow the bucket's in each id, packed; the last 48 bits of each.
 */
const ELIAS_FANO = 1;
/** Beyond 2^16 ids more buckets would save little, and take memory while encoding. */
const MAX_BUCKET_BITS = 16;
const LOW_BYTES = 6;

/** Bytes that {@link encodeIds} did not write, or not all of them. */
export class IdFormatError extends Error {
  override readonly name = 'IdFormatError';
}

/** Encodes ids in any order; they come back ordered by their highest bits. */
export function encodeIds(ids: IdList): Uint8Array {
  const { size } = ids;
  const parts = partsOf(size);
  const bytes = new Uint8Array(parts.end);
  bytes[0] = ELIAS_FANO;
  let at = 1;
  let rest = size;
  for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at] = rest;
  const sorted = byBucket(ids.halves(), parts.bucketBits);
  const width = MAX_BUCKET_BITS - parts.bucketBits;
  const mask = (1 << width) - 1;
  let packed = 0;
  let filled = 0;
  let middle = parts.middle;
  let to = parts.low;
  for (let i = 0; i < size; i++) {
    const high = sorted[2 * i] as number;
    const low = sorted[2 * i + 1] as number;
    const bit = i + bucketOf(high, parts.bucketBits);
    const byte = parts.bitmap + (bit >>> 3);
    bytes[byte] = (bytes[byte] as number) | (1 << (bit & 7));
    packed |= ((high >>> 16) & mask) << filled;
    for (filled += width; filled >= 8; filled -= 8, packed >>>= 8) bytes[middle++] = packed;
    bytes[to] = high >>> 8;
    bytes[to + 1] = high;
    bytes[to + 2] = low >>> 24;
    bytes[to + 3] = low >>> 16;
    bytes[to + 4] = low >>> 8;
    bytes[to + 5] = low;
    to += LOW_BYTES;
  }
  if (filled > 0) bytes[middle] = packed;
  return bytes;
}

/**
 * Adds encoded ids to a set or list.
 *
 * @throws IdFormatError when the bytes are not whole, or damaged: then some ids may have been added
 */
export function decodeIds(bytes: Uint8Array, into: IdSink): void {
  if (bytes[0] !== ELIAS_FANO) throw new IdFormatError(`ids are in the unknown form ${bytes[0]}`);
  const size = readSize(bytes);
  const { bitmap, bucketBits, end, low, middle } = partsOf(size);
  if (bytes.length !== end) throw new IdFormatError(`${size} ids take ${end} bytes, not ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = MAX_BUCKET_BITS - bucketBits;
  const mask = (1 << width) - 1;
  const buckets = 1 << bucketBits;
  let packed = 0;
  let filled = 0;
  let from = middle;
  let bit = 0;
  for (let i = 0; i < size; bit++) {
    const byte = bytes[bitmap + (bit >>> 3)] as number;
    if (bit - i >= buckets) throw new IdFormatError('the ids are damaged');
    if (((byte >>> (bit & 7)) & 1) === 0) continue;
    for (; filled < width; filled += 8) packed |= (bytes[from++] as number) << filled;
    const at = low + i * LOW_BYTES;
    const bucket = bucketBits === 0 ? 0 : (bit - i) << (32 - bucketBits);
    const high = bucket | ((packed & mask) << 16) | view.getUint16(at);
    into.add(high >>> 0, view.getUint32(at + 2));
    packed >>>= width;
    filled -= width;
    i++;
  }
}

/** Where the parts of so many encoded ids begin. */
function partsOf(size: number) {
  const bucketBits = Math.min(MAX_BUCKET_BITS, Math.max(0, 31 - Math.clz32(size)));
  let bitmap = 2;
  for (let rest = size; rest >= 128; rest >>>= 7) bitmap++;
  const middle = bitmap + Math.ceil((size + 2 ** bucketBits) / 8);
  const low = middle + Math.ceil((size * (MAX_BUCKET_BITS - bucketBits)) / 8);
  return { bucketBits, bitmap, middle, low, end: low + size * LOW_BYTES };
}

function readSize(bytes: Uint8Array): number {
  let size = 0;
  for (let at = 1, scale = 1; at < bytes.length && at < 6; at++, scale *= 128) {
    const byte = bytes[at] as number;
    size += (byte & 127) * scale;
    if (byte < 128) return size;
  }
  throw new IdFormatError('the ids end early');
}

/** A shift by 32 would be one by 0. */
const bucketOf = (high: number, bits: number): number => (bits === 0 ? 0 : high >>> (32 - bits));

/** The ids in the order of their buckets; a counting sort. */
function byBucket(halves: Uint32Array, bits: number): Uint32Array {
  const next = new Uint32Array(2 ** bits + 1);
  for (let from = 0; from < halves.length; from += 2) {
    const after = bucketOf(halves[from] as number, bits) + 1;
    next[after] = (next[after] as number) + 2;
  }
  for (let bucket = 1; bucket < next.length; bucket++) {
    next[bucket] = (next[bucket] as number) + (next[bucket - 1] as number);
  }
  const sorted = new Uint32Array(halves.length);
  for (let from = 0; from < halves.length; from += 2) {
    const high = halves[from] as number;
    const bucket = bucketOf(high, bits);
    const to = next[bucket] as number;
    sorted[to] = high;
    sorted[to + 1] = halves[from + 1] as number;
    next[bucket] = to + 2;
  }
  return sorted;
}
