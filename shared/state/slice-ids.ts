import { decodeIds, encodeIds } from '../windows/id-encoding.ts';
import type { IdList, IdSet } from '../windows/id-set.ts';

/** Before the ids of each slice: its start (float64) and how many bytes they take (uint32). */
const HEADER = 12;

/** The ids of the events that a commit counted, by slice. */
export function encodeSliceIds(slices: ReadonlyMap<number, IdList>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [slice, ids] of slices) {
    if (ids.size === 0) continue;
    const encoded = encodeIds(ids);
    const header = Buffer.alloc(HEADER);
    header.writeDoubleLE(slice, 0);
    header.writeUInt32LE(encoded.length, 8);
    parts.push(header, encoded);
  }
  return Buffer.concat(parts);
}

/**
 * Adds what {@link encodeSliceIds} wrote to the sets of the slices.
 *
 * @param setOf - the set of a slice, `undefined` where its ids are not wanted
 * @throws IdFormatError when the bytes are damaged
 */
export function decodeSliceIds(encoded: Uint8Array, setOf: (slice: number) => IdSet | undefined): void {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const start = at + HEADER;
    const end = start + bytes.readUInt32LE(at + 8);
    const ids = setOf(bytes.readDoubleLE(at));
    if (ids !== undefined) decodeIds(bytes.subarray(start, end), ids);
    at = end;
  }
}
