import type { IdList, IdSink } from './id-set.ts';

/**
 * Ids as bytes. They are random, so no compressor finds anything in them; but their order says nothing, so many of them
 * are sorted into buckets by their top byte, which the bucket then stands for: 7 bytes keep the strength of 8.
 * With the 256 counts that costs less than 8 bytes each from about 260 ids on; fewer are written whole.
 *
 * Layout: a byte that tells the form. WHOLE: 8 bytes an id, high half first, big endian. BUCKETS: 256 counts of 7 bits to a byte,
 * lowest first, then the ids of each bucket without their top byte.
 */
const WHOLE = 0;
const BUCKETS = 1;
const BUCKET_COUNT = 256;

export class IdFormatError extends Error {
  override readonly name = 'IdFormatError';
}

/** Encodes ids in any order; they come back by buckets, in the same order within each. */
export function encodeIds(ids: IdList): Uint8Array {
  const halves = ids.halves();
  const counts = new Uint32Array(BUCKET_COUNT);
  for (let from = 0; from < halves.length; from += 2) {
    const bucket = (halves[from] as number) >>> 24;
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  const head = counts.reduce((sum, count) => sum + varintLength(count), 1);
  const bucketed = head + ids.size * 7;
  return 1 + ids.size * 8 <= bucketed ? encodeWhole(halves) : encodeBuckets(halves, counts, head, bucketed);
}

function encodeWhole(halves: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(1 + halves.length * 4));
  view.setUint8(0, WHOLE);
  halves.forEach((half, index) => {
    view.setUint32(1 + index * 4, half);
  });
  return new Uint8Array(view.buffer);
}

function encodeBuckets(halves: Uint32Array, counts: Uint32Array, head: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes[0] = BUCKETS;
  let at = 1;
  /** Where the next id of each bucket goes. */
  const next = new Uint32Array(BUCKET_COUNT);
  let start = head;
  counts.forEach((count, bucket) => {
    next[bucket] = start;
    start += count * 7;
    let rest = count;
    for (; rest >= 128; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
    bytes[at++] = rest;
  });
  for (let from = 0; from < halves.length; from += 2) {
    const high = halves[from] as number;
    const low = halves[from + 1] as number;
    const to = next[high >>> 24] as number;
    bytes[to] = high >>> 16;
    bytes[to + 1] = high >>> 8;
    bytes[to + 2] = high;
    bytes[to + 3] = low >>> 24;
    bytes[to + 4] = low >>> 16;
    bytes[to + 5] = low >>> 8;
    bytes[to + 6] = low;
    next[high >>> 24] = to + 7;
  }
  return bytes;
}

/**
 * Adds encoded ids to a set or list.
 *
 * @throws IdFormatError when the bytes are not whole; ids before the damage may have been added
 */
export function decodeIds(bytes: Uint8Array, into: IdSink): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] === WHOLE) {
    if (bytes.length % 8 !== 1) throw new IdFormatError('the ids end early');
    for (let at = 1; at < bytes.length; at += 8) into.add(view.getUint32(at), view.getUint32(at + 4));
  } else if (bytes[0] === BUCKETS) decodeBuckets(bytes, view, into);
  else throw new IdFormatError(`ids are in the unknown form ${bytes[0]}`);
}

function decodeBuckets(bytes: Uint8Array, view: DataView, into: IdSink): void {
  const counts = new Uint32Array(BUCKET_COUNT);
  let at = 1;
  let total = 0;
  for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) {
    let count = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      count |= (byte & 127) << shift;
      if (byte < 128 || shift > 21) break;
    }
    counts[bucket] = count;
    total += count;
  }
  if (bytes.length !== at + total * 7) throw new IdFormatError('the ids end early');
  counts.forEach((count, bucket) => {
    for (const end = at + count * 7; at < end; at += 7) {
      // The byte before an id is another's, or of the counts: the bucket takes its place.
      const high = ((view.getUint32(at - 1) & 0xffffff) | (bucket << 24)) >>> 0;
      into.add(high, view.getUint32(at + 3));
    }
  });
}

const varintLength = (value: number): number =>
  value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
