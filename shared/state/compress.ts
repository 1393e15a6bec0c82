import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** What the first byte of a compressed attribute says. */
const PLAIN = 0;
const BROTLI = 1;
/** Below this an attribute does not add a write unit, and setting the compressor up costs more than 20 events do. */
const MIN_BYTES = 256;

/**
 * Compresses an attribute. Quality 1: higher levels save a tenth of the bytes for many times the CPU, and at list
 * prices one write unit is worth about 20 ms of a function's time.
 */
export function compress(bytes: Uint8Array): Uint8Array {
  if (bytes.length < MIN_BYTES) return marked(PLAIN, bytes);
  const body = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  return marked(BROTLI, body);
}

function marked(mark: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 1);
  out[0] = mark;
  out.set(body, 1);
  return out;
}

/** @throws RangeError when the bytes were not written by {@link compress} */
export function decompress(bytes: Uint8Array): Buffer {
  if (bytes[0] === PLAIN) return Buffer.from(bytes.subarray(1));
  if (bytes[0] !== BROTLI) throw new RangeError(`unknown compression ${bytes[0]} of a state attribute`);
  return brotliDecompressSync(bytes.subarray(1));
}

export const compressJson = (value: unknown): Uint8Array => compress(Buffer.from(JSON.stringify(value)));

export const decompressJson = (bytes: Uint8Array): unknown => JSON.parse(decompress(bytes).toString());
