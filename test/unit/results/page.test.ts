import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CursorError, readCursor, type WindowQuery, writeCursor } from '../../../shared/results/cursor.ts';
import { resultItem } from '../../../shared/results/item.ts';
import { compareUtf8 } from '../../../shared/results/keys.ts';
import { readPage } from '../../../shared/results/page.ts';
import type { WindowResult } from '../../../shared/results/result.ts';
import type { ResultValues } from '../../../shared/windows/types.ts';
import { type ResultsEmulator, startResultsEmulator } from '../../factories/results-table.ts';

interface Item {
  key: string;
  start: string;
  end: string;
  revision: number;
  final: boolean;
  values: ResultValues;
}

let emulator: ResultsEmulator;
beforeAll(async () => {
  emulator = await startResultsEmulator();
});
afterAll(() => emulator.stop());

const MINUTE = 60_000;
const window = (key: string, start: number, values: WindowResult['values'] = { n: 1 }): WindowResult => ({
  stage: 's',
  key,
  start,
  end: start + MINUTE,
  revision: 0,
  final: false,
  values,
});

async function tableOf(results: readonly WindowResult[]): Promise<string> {
  const table = await emulator.createResultsTable();
  for (let first = 0; first < results.length; first += 25) {
    const puts = results
      .slice(first, first + 25)
      .map((result) => ({ PutRequest: { Item: resultItem(result, 2e9) } }));
    await emulator.client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
  return table;
}

async function readAll(
  table: string,
  query: WindowQuery,
  limit: number,
  maxBytes?: number,
): Promise<Item[][]> {
  const pages: Item[][] = [];
  let cursor: string | undefined;
  do {
    const text = await readPage(emulator.client, table, {
      query,
      limit,
      cursor,
      ...(maxBytes && { maxBytes }),
    });
    const page = JSON.parse(text) as { items: Item[]; cursor: string | null };
    pages.push(page.items);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

const asItem = ({ key, start, end, revision, final, values }: WindowResult): Item => ({
  key,
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
  revision,
  final,
  values: { ...values },
});

const byTime = (a: WindowResult, b: WindowResult): number => a.start - b.start || compareUtf8(a.key, b.key);

describe('paging', () => {
  const keys = fc.oneof(
    fc.constantFrom('a', 'b', '#', '😀', '\uffff'),
    fc.string({ maxLength: 4, unit: 'grapheme' }),
  );
  const stored = fc.uniqueArray(fc.tuple(keys, fc.integer({ min: -6, max: 6 })), {
    selector: ([key, minute]) => `${minute}/${key}`,
    maxLength: 60,
  });
  const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: undefined });

  test('returns every item exactly once, in order, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        stored,
        fc.integer({ min: 1, max: 20 }),
        bound,
        bound,
        fc.option(keys, { nil: undefined }),
        async (pairs, limit, low, high, key) => {
          const results = pairs.map(([name, minute]) => window(name, minute * MINUTE));
          const table = await tableOf(results);
          const from = low === undefined ? undefined : low * MINUTE;
          const to = high === undefined ? undefined : high * MINUTE;
          const expected = results
            .filter((result) => key === undefined || result.key === key)
            .filter(({ start }) => (from === undefined || start >= from) && (to === undefined || start < to))
            .sort(byTime);
          const pages = await readAll(table, { stage: 's', key, from, to }, limit);
          expect(pages.flat()).toEqual(expected.map(asItem));
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('other stages of the table stay out', async () => {
    const table = await tableOf([window('a', 0), { ...window('a', 0), stage: 's2' }]);
    expect((await readAll(table, { stage: 's' }, 10)).flat()).toHaveLength(1);
    expect((await readAll(table, { stage: 's2', key: 'a' }, 10)).flat()).toHaveLength(1);
  });

  test('an answer ends where its bytes would pass the limit, and the next page goes on from there', async () => {
    const results = Array.from({ length: 30 }, (_, minute) => window('a', minute * MINUTE));
    const pages = await readAll(await tableOf(results), { stage: 's' }, 1000, 500);
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.flat()).toEqual(results.map(asItem));
  });

  test('values come out with the digits that were stored', async () => {
    const values = { exact: 9007199254740991, tiny: 5e-324, ratio: 0.1 + 0.2, none: null };
    const pages = await readAll(await tableOf([window('a', 0, values)]), { stage: 's' }, 10);
    expect(pages.flat()[0]?.values).toEqual(values);
  });
});

describe('a cursor', () => {
  const query: WindowQuery = { stage: 's', from: 0 };
  const cursor = writeCursor(query, 'p0000000000000000#p0000000000060000#a');

  test('continues its own query only', () => {
    expect(readCursor(query, cursor)).toBe('p0000000000000000#p0000000000060000#a');
    for (const other of [
      { stage: 't', from: 0 },
      { stage: 's' },
      { ...query, key: 'a' },
      { ...query, to: 5 },
    ]) {
      expect(() => readCursor(other, cursor)).toThrow(CursorError);
    }
  });

  test('that was changed in any way is refused', () => {
    fc.assert(
      fc.property(
        fc.nat(cursor.length - 1),
        fc.constantFrom('', 'A', 'z', '0', '=', '_', ' ', 'AA'),
        (at, text) => {
          const changed = cursor.slice(0, at) + text + cursor.slice(at + 1);
          fc.pre(changed !== cursor);
          expect(() => readCursor(query, changed)).toThrow(CursorError);
        },
      ),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => readCursor(query, text)).toThrow(CursorError);
      }),
    );
  });
});

test('what was retracted is hidden, and fills no page', async () => {
  const results = [0, 1, 2, 3, 4, 5].map((minute): WindowResult => {
    const result = window('a', minute * MINUTE);
    return minute % 2 === 0 ? { ...result, revision: 1, retracted: true, values: {} } : result;
  });
  const table = await tableOf(results);
  for (const key of ['a', undefined]) {
    const pages = await readAll(table, { stage: 's', key }, 2);
    expect(pages.map((items) => items.map(({ start }) => Date.parse(start) / MINUTE))).toEqual([[1, 3], [5]]);
  }
});
