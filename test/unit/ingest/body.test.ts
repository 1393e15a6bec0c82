import * as zlib from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { ENCODINGS, readBody } from '../../../shared/ingest/body.ts';
import { LIMITS } from '../../../shared/ingest/limits.ts';

const read = (bytes: Buffer, contentEncoding: string) =>
  readBody({ body: bytes.toString('base64'), base64: true, contentEncoding });
const hasZstd = typeof zlib.zstdCompressSync === 'function';

const COMPRESSORS: [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ...(hasZstd
    ? [['zstd', (bytes: Buffer) => zlib.zstdCompressSync(bytes)] as [string, (b: Buffer) => Buffer]]
    : []),
];

describe.each(COMPRESSORS)('%s', (name, compress) => {
  it('is undone, up to the limit', () => {
    const text = `[${'1,'.repeat((LIMITS.inflated - 3) / 2)}1]`;
    expect(read(compress(Buffer.from(text)), name).length).toBe(text.length);
    expect(() => read(compress(Buffer.from(`${text}  `)), name)).toThrow(/inflates to more/);
  });

  it('is refused when it is cut off', () => {
    const whole = compress(Buffer.from('{"a": "some text that is long enough to be cut"}'));
    expect(() => read(whole.subarray(0, -6), name)).toThrow(/not valid/);
  });
});

test('a bomb is refused early: neither its gigabyte nor the time for it is needed', () => {
  // What is compressed in pieces is read as one; making it takes a moment only.
  const piece = zlib.gzipSync(Buffer.alloc(8 * 1024 * 1024), { level: 9 });
  const bomb = Buffer.concat(new Array<Buffer>(32).fill(piece));
  const bombs = zlib.gzipSync(bomb);
  const before = process.memoryUsage().rss;
  const start = performance.now();
  expect(() => read(bomb, 'gzip')).toThrow(/inflates to more/);
  const took = performance.now() - start;
  expect(() => read(bombs, 'gzip, gzip')).toThrow(/inflates to more/);
  const inflateAll = performance.now();
  zlib.gunzipSync(bomb);
  expect(took).toBeLessThan(performance.now() - inflateAll);
  expect(process.memoryUsage().rss - before).toBeLessThan(700 * 1024 * 1024);
});

test('zstd is taken where Node has it, and refused with a list of the others where not', () => {
  expect(ENCODINGS).toBe(hasZstd ? 'gzip, deflate, br, zstd' : 'gzip, deflate, br');
  if (!hasZstd) expect(() => read(Buffer.from('x'), 'zstd')).toThrow(/content-encoding/);
});
