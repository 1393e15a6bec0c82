import { describe, expect, test } from 'vitest';
import { isWholeZstd } from '../../../shared/ingest/zstd.ts';

/** A raw block of "abc", single segment, no checksum. */
const RAW = Buffer.from('28b52ffd2003190000616263', 'hex');
/** A block of 300 times "a". */
const RLE = Buffer.from('28b52ffd602c00630900 61'.replace(' ', ''), 'hex');
const SKIPPABLE = Buffer.from('502a4d1803000000ffffff', 'hex');

describe('frames of zstd', () => {
  test.each([
    ['a raw block', RAW],
    ['a repeated byte', RLE],
    ['two frames', Buffer.concat([RAW, RLE])],
    ['a skippable frame', Buffer.concat([SKIPPABLE, RAW])],
  ])('%s is whole, and no beginning of it is', (_, bytes) => {
    expect(isWholeZstd(bytes)).toBe(true);
    const ends = new Set([0, RAW.length, SKIPPABLE.length]);
    for (let length = 0; length < bytes.length; length++) {
      if (length > 0 && ends.has(length)) continue;
      expect([length, isWholeZstd(bytes.subarray(0, length))]).toEqual([length, false]);
    }
  });

  test('what is none is not', () => {
    expect(isWholeZstd(Buffer.from('{"a": 1}'))).toBe(false);
    expect(isWholeZstd(Buffer.concat([RAW, Buffer.from('x')]))).toBe(false);
  });
});
