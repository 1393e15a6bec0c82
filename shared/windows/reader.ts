import { ByteReader } from './bytes.ts';
import type { Layout } from './columns.ts';
import { DELTA_VERSION } from './delta.ts';
import { DeltaFormatError } from './errors.ts';
import type { Fingerprint } from './fingerprint.ts';
import { TableMerge } from './merge.ts';
import { decodeRows } from './rows-codec.ts';
import type { DeltaReader, WindowMerge } from './types.ts';

/**
 * Reads an encoded delta: its head at once, a slice when it is merged.
 *
 * @throws DeltaFormatError when the bytes are of another version or declaration
 */
export function readDelta(bytes: Uint8Array, layout: Layout, fingerprint: Fingerprint): DeltaReader {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== DELTA_VERSION) {
    throw new DeltaFormatError(
      `a delta of version ${version} cannot be read: this code knows version ${DELTA_VERSION}`,
    );
  }
  const head = reader.json();
  if (!isHead(head)) throw new DeltaFormatError('the head of the delta is not complete');
  const [hashes, slices] = head;
  fingerprint.assertSame(hashes);
  const blocks = new Map(slices.map((slice) => [slice, reader.block()]));
  return {
    slices: () => slices,
    mergeInto(slice: number, target: WindowMerge): void {
      const block = blocks.get(slice);
      if (block !== undefined) TableMerge.of(target, layout).fold(decodeRows(block, layout));
    },
  };
}

function isHead(head: unknown): head is [hashes: unknown[], slices: number[]] {
  return Array.isArray(head) && Array.isArray(head[0]) && Array.isArray(head[1]);
}
