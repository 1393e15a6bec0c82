import { isUtf8 } from 'node:buffer';
import * as zlib from 'node:zlib';
import { faultMessage } from '../runtime/faults.ts';
import { LIMITS } from './limits.ts';
import { ProblemError } from './problem.ts';
import { isWholeZstd } from './zstd.ts';

/** The parts of an HTTP request that its body is read from. */
export interface BodySource {
  readonly body: string | undefined;
  /** API Gateway passes what is not text as base64. */
  readonly base64: boolean;
  readonly contentEncoding: string | undefined;
}

type Inflate = (bytes: Buffer) => Buffer;

const options = { maxOutputLength: LIMITS.inflated };

function inflateZstd(bytes: Buffer): Buffer {
  if (!isWholeZstd(bytes)) throw new Error('unexpected end of file');
  return zlib.zstdDecompressSync(bytes, options);
}

/** Node has zstd from 22.15 on; a function on an older one does without. */
const ZSTD: [string, Inflate][] =
  typeof zlib.zstdDecompressSync === 'function' ? [['zstd', inflateZstd]] : [];

/** What inflates stops as soon as it has made more than the limit: a bomb costs no more than an honest body. */
const DECODERS: ReadonlyMap<string, Inflate> = new Map<string, Inflate>([
  ['gzip', (bytes) => zlib.gunzipSync(bytes, options)],
  ['x-gzip', (bytes) => zlib.gunzipSync(bytes, options)],
  // "deflate" means the zlib format, but some clients send the bare stream (RFC 9110, section 8.4.1.2).
  [
    'deflate',
    (bytes) =>
      hasZlibHeader(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options),
  ],
  ['br', (bytes) => zlib.brotliDecompressSync(bytes, options)],
  ...ZSTD,
]);

/** The content encodings that can be undone here, as the header `accept-encoding` lists them. */
export const ENCODINGS = ['gzip', 'deflate', 'br', ...ZSTD.map(([name]) => name)].join(', ');

/** Encodings of encodings are legal, and nobody has a use for more than this. */
const MAX_ENCODINGS = 2;

/**
 * Reads the text of a request's body: undoes base64 and content encodings, holds the limits before and while it
 * inflates, and refuses what is not UTF-8 instead of repairing it.
 *
 * @throws ProblemError `body-too-large`, `unsupported-encoding` or `invalid-body`
 */
export function readBody(source: BodySource): string {
  const content = readContent(source);
  if (typeof content === 'string' ? !content.isWellFormed() : !isUtf8(content))
    throw new ProblemError('invalid-body', 'the body is not UTF-8');
  return withoutMark(content.toString());
}

/** As {@link readBody}, whatever the bytes are: text where the gateway passed text that nothing is to be done to. */
export function readContent(source: BodySource): Buffer | string {
  const encodings = encodingsOf(source.contentEncoding);
  const body = source.body ?? '';
  if (!source.base64 && encodings.length === 0) {
    checkSize(Buffer.byteLength(body));
    return body;
  }
  let bytes: Buffer = Buffer.from(body, source.base64 ? 'base64' : 'latin1');
  checkSize(bytes.length);
  for (const encoding of encodings.reverse()) bytes = inflate(encoding, bytes);
  return bytes;
}

function encodingsOf(header: string | undefined): string[] {
  const names = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  const encodings = names.filter((name) => name !== '' && name !== 'identity');
  if (encodings.length <= MAX_ENCODINGS && encodings.every((name) => DECODERS.has(name))) return encodings;
  throw new ProblemError('unsupported-encoding', `content-encoding is "${header?.slice(0, 100)}"`, {
    headers: { 'accept-encoding': ENCODINGS },
  });
}

function inflate(encoding: string, bytes: Buffer): Buffer {
  try {
    return (DECODERS.get(encoding) as Inflate)(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ProblemError('body-too-large', `the body inflates to more than ${LIMITS.inflated} bytes`);
    }
    throw new ProblemError('invalid-body', `the body is not valid ${encoding}: ${faultMessage(error)}`);
  }
}

function checkSize(size: number): void {
  if (size > LIMITS.body) {
    throw new ProblemError('body-too-large', `the body has ${size} bytes, the limit is ${LIMITS.body}`);
  }
}

/** The two bytes of RFC 1950: compression method 8, and together a multiple of 31. */
const hasZlibHeader = (bytes: Buffer): boolean =>
  bytes.length >= 2 && ((bytes[0] as number) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
