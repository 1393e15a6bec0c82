const MAGIC = 0xfd2fb528;
/** Sixteen magic numbers of frames that hold no data. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_SIZES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_SIZES = [0, 2, 4, 8] as const;
const BLOCK_HEADER = 3;
const RLE = 1;
const RESERVED = 3;

/**
 * Whether bytes are whole zstd frames. Node inflates what there is of a frame that is cut off and says nothing, which would lose
 * the events at the end without a trace; so the frames are walked through, block by block, without inflating them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8878#section-3.1
 */
export function isWholeZstd(bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    const end = endOfFrame(bytes, at);
    if (end === undefined || end > bytes.length) return false;
    at = end;
  }
  return at > 0;
}

/** @returns where the frame ends, which may be behind the end of the bytes; undefined for what is none or has no end */
function endOfFrame(bytes: Buffer, start: number): number | undefined {
  // The shortest frame header has 6 bytes, that of a skippable frame 8.
  if (start + 6 > bytes.length) return undefined;
  const magic = bytes.readUInt32LE(start);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
    return start + 8 > bytes.length ? undefined : start + 8 + bytes.readUInt32LE(start + 4);
  }
  if (magic !== MAGIC) return undefined;
  const descriptor = bytes[start + 4] as number;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (CONTENT_SIZE_SIZES[sizeFlag] as number);
  let at =
    start + 5 + (isSingleSegment ? 0 : 1) + (DICTIONARY_ID_SIZES[descriptor & 3] as number) + contentSize;
  for (;;) {
    if (at + BLOCK_HEADER > bytes.length) return undefined;
    const header = bytes.readUIntLE(at, BLOCK_HEADER);
    const type = (header >> 1) & 3;
    if (type === RESERVED) return undefined;
    at += BLOCK_HEADER + (type === RLE ? 1 : header >> 3);
    if ((header & 1) !== 0) break;
  }
  const hasChecksum = (descriptor & 4) !== 0;
  return at + (hasChecksum ? 4 : 0);
}
