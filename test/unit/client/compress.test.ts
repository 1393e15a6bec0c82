import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { encodeBody } from '../../../client/compress.ts';

const TEXT = 'größer '.repeat(500);

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['Node', () => {}],
  // An older Node, a browser, a worker at the edge.
  ['a platform with streams that compress', () => vi.stubGlobal('process', undefined)],
])('a body is compressed on %s', async (_, prepare) => {
  prepare();
  const { bytes, encoding } = await encodeBody(TEXT, true);
  vi.unstubAllGlobals();
  expect([encoding, gunzipSync(bytes).toString()]).toEqual(['gzip', TEXT]);
  expect(bytes.length).toBeLessThan(TEXT.length / 10);
});

test('a body goes as it is where nothing can compress it, where it is short, and where that is wanted', async () => {
  const plain = { bytes: new TextEncoder().encode(TEXT), encoding: undefined };
  expect(await encodeBody(TEXT, false)).toEqual(plain);
  expect((await encodeBody('short', true)).encoding).toBeUndefined();
  vi.stubGlobal('process', undefined);
  vi.stubGlobal('CompressionStream', undefined);
  const encoded = await encodeBody(TEXT, true);
  vi.unstubAllGlobals();
  expect(encoded).toEqual(plain);
});
