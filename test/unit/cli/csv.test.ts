import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type EventType, eventType } from '../../../shared/pipeline/index.ts';
import { CsvFormatError, readCsv } from '../../../tools/cli/send/csv.ts';
import type { Block } from '../../../tools/cli/send/items.ts';

const readingType = eventType('reading', {
  description: 'a reading',
  schema: z.object({
    id: z.string().optional(),
    meter: z.string(),
    watts: z.number().nullish(),
    on: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    at: z.union([z.int(), z.iso.datetime()]),
  }),
  id: 'id',
  time: 'at',
  key: 'meter',
}) as unknown as EventType;

async function read(text: string): Promise<Block> {
  const all: Block = { items: [], refused: [] };
  const chunks = (async function* () {
    for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7));
  })();
  for await (const { items, refused } of readCsv(readingType, chunks)) {
    all.items.push(...items);
    all.refused.push(...refused);
  }
  return all;
}

const data = ({ items }: Block) => items.map(({ json }) => JSON.parse(json));

describe('CSV', () => {
  test('values become what the schema takes', async () => {
    const block = await read(
      'id,meter,watts,on,tags,at\r\n' +
        'x,007,1.5e3,true,"[""a""]",1000\r\n' +
        ',b,-2,false,,2026-01-01T00:00:00Z\r\n' +
        'z,"c, d",0x10,maybe,plain,03\r\n',
    );
    expect(data(block)).toEqual([
      { id: 'x', meter: '007', watts: 1500, on: true, tags: ['a'], at: 1000 },
      { id: expect.stringMatching(/^3-/), meter: 'b', watts: -2, on: false, at: '2026-01-01T00:00:00Z' },
      { id: 'z', meter: 'c, d', watts: '0x10', on: 'maybe', tags: 'plain', at: 3 },
    ]);
    expect(block.refused).toEqual([]);
  });

  test('columns that the schema lacks come along as text', async () => {
    expect(data(await read('id,meter,at,note\n1,a,5,7\n'))).toEqual([
      { id: '1', meter: 'a', at: 5, note: '7' },
    ]);
  });

  test('equal rows get ids of their own, and the same ones every time', async () => {
    const text = 'meter,at\na,1\na,1\n';
    const ids = data(await read(text)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(data(await read(text)).map(({ id }) => id)).toEqual(ids);
  });

  test('a row of another length is refused by its line', async () => {
    const block = await read('meter,at\na,1\nb\nc,3,4\n\ne,6\n');
    expect(data(block).map(({ meter }) => meter)).toEqual(['a', 'e']);
    expect(block.refused).toEqual([
      { line: 3, text: 'b', reason: '1 columns where the header row has 2' },
      { line: 4, text: 'c,3,4', reason: '3 columns where the header row has 2' },
    ]);
  });

  test('a quote inside a text belongs to it and does not swallow the next rows', async () => {
    expect(data(await read('meter,at\n5" pipe,1\n"a"b,2\nc,3\n')).map(({ meter }) => meter)).toEqual([
      '5" pipe',
      '"a"b',
      'c',
    ]);
  });

  test('a quote that is never closed ends the reading after the rows before it', async () => {
    const blocks: Block[] = [];
    const chunks = (async function* () {
      yield Buffer.from('meter,at\na,1\n"b,2\nc,3\n');
    })();
    const reading = (async () => {
      for await (const block of readCsv(readingType, chunks)) blocks.push(block);
    })();
    await expect(reading).rejects.toThrow('the row after line 2 is not CSV');
    expect(blocks.flatMap(data).map(({ meter }) => meter)).toEqual(['a']);
  });

  test.each([
    ['a,1\nb,2\n', 'the first row has to name the columns'],
    ['meter,at,meter\n', 'names "meter" twice'],
    ['meter,,at\n', 'a column without name'],
  ])('without a usable header row nothing is sent: %j', async (text, reason) => {
    await expect(read(text)).rejects.toThrow(CsvFormatError);
    await expect(read(text)).rejects.toThrow(reason);
  });
});
