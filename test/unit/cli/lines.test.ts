import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, readLines } from '../../../tools/cli/send/lines.ts';

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    if (at < bytes.length) yield bytes.subarray(at, at + size);
    at += size;
  }
  if (at < bytes.length) yield bytes.subarray(at);
}

async function linesOf(
  content: string | Buffer,
  sizes: readonly number[] = [],
  max?: number,
): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const block of readLines(inChunks(Buffer.from(content as string), sizes), max))
    lines.push(...block);
  return lines;
}

describe('reading lines', () => {
  test('does not depend on how the bytes are cut', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', ' ', '{}', 'x'.repeat(30)));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 40 })), async (parts, sizes) => {
        const content = parts.join('');
        const expected = content
          .split('\n')
          .map((line, index) => ({ number: index + 1, text: line.replace(/\r$/, '') }))
          .filter((line) => line.text.trim() !== '');
        expect(await linesOf(content, sizes)).toEqual(expected);
      }),
    );
  });

  test('takes a byte order mark off the first line', async () => {
    expect(await linesOf('\ufeff{}\n{}')).toEqual([
      { number: 1, text: '{}' },
      { number: 2, text: '{}' },
    ]);
  });

  test('names the line that is not UTF-8 and reads the others', async () => {
    const bytes = Buffer.concat([Buffer.from('é\n'), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from('ü')]);
    const lines = await linesOf(bytes);
    expect(lines.map(({ number, problem }) => [number, problem])).toEqual([
      [1, undefined],
      [2, 'the line is not valid UTF-8'],
      [3, undefined],
    ]);
    expect([lines[0]?.text, lines[2]?.text]).toEqual(['é', 'ü']);
  });

  test.each([[[]], [[10, 10, 10]], [[1000]]])(
    'keeps only an excerpt of a line that is too long (%j)',
    async (sizes) => {
      const lines = await linesOf(`short\n${'x'.repeat(5000)}\nshort`, sizes, 100);
      expect(lines.map(({ number, problem }) => [number, problem !== undefined])).toEqual([
        [1, false],
        [2, true],
        [3, false],
      ]);
      expect(lines[1]?.text.length).toBeLessThanOrEqual(200);
    },
  );
});
