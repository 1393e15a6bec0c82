import type { WindowMerge } from '../windows/types.ts';
import { compress } from './compress.ts';

/** DynamoDB refuses items over 400 KB. */
export const MAX_CHUNK_BYTES = 350_000;
const CHUNK_ROWS = 16_384;

/**
 * A merge as compressed deltas of one slice that each fit an item, unless one holds a single key whose partial is larger: see
 * {@link piecesOf}. Cut only by content, so that everybody cuts alike.
 */
export function* chunksOf(merge: WindowMerge, slice: number): Generator<Uint8Array> {
  for (let first = 0; first < merge.size; first += CHUNK_ROWS) {
    yield* chunkOf(merge, slice, first, Math.min(CHUNK_ROWS, merge.size - first));
  }
}

function* chunkOf(merge: WindowMerge, slice: number, first: number, count: number): Generator<Uint8Array> {
  const chunk = compress(merge.encode(slice, first, count));
  if (chunk.length <= MAX_CHUNK_BYTES || count === 1) {
    yield chunk;
    return;
  }
  const half = Math.ceil(count / 2);
  yield* chunkOf(merge, slice, first, half);
  yield* chunkOf(merge, slice, first + half, count - half);
}

/** A chunk in pieces that each fit an item: one, but for that of a single large partial. */
export function piecesOf(chunk: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(chunk.length / MAX_CHUNK_BYTES));
  return Array.from({ length: count }, (_, index) =>
    chunk.subarray(index * MAX_CHUNK_BYTES, (index + 1) * MAX_CHUNK_BYTES),
  );
}
