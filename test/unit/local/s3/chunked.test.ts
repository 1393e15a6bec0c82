import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsChunkedDecoder } from '../../../../tools/local/s3/chunked.ts';

const signed = (chunks: string[], trailers: string[] = []): string =>
  [
    ...chunks.map(
      (chunk) => `${chunk.length.toString(16)};chunk-signature=${'a'.repeat(64)}\r\n${chunk}\r\n`,
    ),
    `0;chunk-signature=${'b'.repeat(64)}\r\n`,
    ...trailers.map((trailer) => `${trailer}\r\n`),
    '\r\n',
  ].join('');

function decode(body: string, cut = body.length) {
  const decoder = new AwsChunkedDecoder();
  const pieces = [];
  for (let at = 0; at < body.length; at += cut) pieces.push(Buffer.from(body.slice(at, at + cut)));
  return text(Readable.from(pieces).pipe(decoder)).then((decoded) => ({
    decoded,
    trailers: decoder.trailers,
  }));
}

test('decodes whatever way the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 50 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (chunks, cut) => {
        expect((await decode(signed(chunks), cut)).decoded).toBe(chunks.join(''));
      },
    ),
    { numRuns: 50 },
  );
});

test('reads trailers', async () => {
  const { decoded, trailers } = await decode(
    signed(['text'], ['X-Amz-Checksum-Crc32: O0jtnA==', 'other:1']),
    7,
  );
  expect(decoded).toBe('text');
  expect(Object.fromEntries(trailers)).toEqual({ 'x-amz-checksum-crc32': 'O0jtnA==', other: '1' });
});

test.each([
  ['no chunk header', 'hello\r\n\r\n'],
  ['a chunk longer than announced', '2\r\nabc\r\n0\r\n\r\n'],
])('refuses %s', async (_, body) => {
  await expect(decode(body)).rejects.toMatchObject({ code: 'InvalidRequest' });
});

test('refuses a body that ends before its last chunk', async () => {
  await expect(decode('4\r\ntext\r\n')).rejects.toMatchObject({ code: 'IncompleteBody' });
});
