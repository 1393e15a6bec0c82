import { ByteReader, ByteWriter } from '../windows/bytes.ts';
import { compress, decompress } from './compress.ts';

/** For every slice not yet closed: the first and the last commit that contain it. */
export type OpenSlices = ReadonlyMap<number, readonly [first: number, last: number]>;

/**
 * Encodes open slices, which every commit carries: a stage with short slices and a long lateness has thousands of them. Slices follow
 * each other at equal distances, the commits that opened them too, and few were touched long after: as columns of differences
 * they take a byte or two per slice, a tenth of what they take as JSON.
 */
export function encodeOpen(open: OpenSlices): Uint8Array {
  const entries = [...open].sort(([a], [b]) => a - b);
  const bytes = new ByteWriter();
  bytes.count(entries.length);
  let slice = entries[0]?.[0] ?? 0;
  let first = 0;
  bytes.json(slice);
  const gaps = new Float64Array(entries.length);
  const firsts = new Float64Array(entries.length);
  const spans = new Float64Array(entries.length);
  for (const [index, [start, [from, to]]] of entries.entries()) {
    gaps[index] = start - slice;
    firsts[index] = from - first;
    spans[index] = to - from;
    slice = start;
    first = from;
  }
  for (const column of [gaps, firsts, spans]) bytes.column(column);
  return compress(bytes.finish());
}

/** @throws DeltaFormatError or RangeError when the bytes were not written by {@link encodeOpen} */
export function decodeOpen(encoded: Uint8Array): OpenSlices {
  const bytes = new ByteReader(decompress(encoded));
  const count = bytes.count();
  let slice = Number(bytes.json());
  const columns = new Float64Array(3 * count);
  for (let column = 0; column < 3; column++) bytes.column(columns, column * count, count, 0);
  const open = new Map<number, readonly [number, number]>();
  let first = 0;
  for (let index = 0; index < count; index++) {
    slice += columns[index] as number;
    first += columns[count + index] as number;
    open.set(slice, [first, first + (columns[2 * count + index] as number)]);
  }
  return open;
}
