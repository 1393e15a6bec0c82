import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { rawKey } from '../../shared/lake/layout.ts';
import { rawLine } from '../../shared/lake/raw-row.ts';
import { eventType } from '../../shared/pipeline/index.ts';
import { pipelines } from '../../shared/pipelines/index.ts';
import { namedQueries } from '../../shared/pipelines/queries.ts';
import { LakeDatabase } from '../../tools/cli/query/database.ts';
import { documentedStatements } from '../support/documented-statements.ts';
import { temporaryFolder } from '../support/millrace-process.ts';

const type = eventType('point-of-sale', {
  description: 'for tests',
  schema: z.object({
    key: z.string(),
    sold: z.iso.datetime({ offset: true }),
    cents: z.int().nullish(),
    rate: z.number().optional(),
    paid: z.boolean().optional(),
    tags: z.array(z.string()).optional(),
    shop: z.object({ city: z.string(), floor: z.int() }).optional(),
    code: z.union([z.string(), z.int()]).optional(),
  }),
  time: 'sold',
  key: 'key',
});

const ARRIVAL = Date.parse('2026-03-09T07:30:00.250Z');
const TIME = Date.parse('2026-03-09T07:00:00Z');
const folder = temporaryFolder();

function put(key: string, content: Uint8Array): void {
  const path = join(folder.path, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function land(
  n: number,
  arrival: number,
  events: readonly (readonly [id: string, data: unknown])[],
  of: string = type.name,
) {
  const lines = events.map(([id, data], index) =>
    rawLine(
      { type: of, source: '/till', id, time: TIME, key: 'k', data },
      { pipeline: 'sales', shard: 'shardId-000000000000', sequence: String(n), subSequence: index, arrival },
    ),
  );
  put(rawKey('sales', 'shardId-000000000000', n, arrival), gzipSync(lines.join('')));
}

describe('a lake without objects', () => {
  test('has all its tables, empty', async () => {
    const empty = temporaryFolder();
    const database = await LakeDatabase.open(empty.path, [type]);
    for (const table of ['raw', 'rejected', 'point_of_sale']) {
      expect((await database.query(`SELECT * FROM ${table}`)).rows).toEqual([]);
    }
    database.close();
    empty.remove();
  });
});

describe('a lake with raw objects', () => {
  let database: LakeDatabase;
  beforeAll(async () => {
    const sold = '2026-03-09T09:00:00.500+02:00';
    land(1, ARRIVAL, [
      ['a', { key: 'k', sold, cents: 2 ** 53 - 1, rate: 0.1, paid: true }],
      [
        'b',
        {
          key: 'ключ "x"',
          sold,
          cents: null,
          tags: ['ä', '日本'],
          shop: { city: "O'Fallon", floor: -1 },
          code: 7,
        },
      ],
      ['a', { key: 'k', sold, cents: 1 }],
    ]);
    land(2, ARRIVAL + 3_600_000, [['c', { key: 'k', sold, cents: 'many', code: 'x' }]]);
    land(3, ARRIVAL, [['z', { other: 1 }]], 'unknown-type');
    const rejected = {
      stream: 's',
      shard: 'h',
      sequence: '5',
      sub: 0,
      arrival: sold,
      code: 'undecodable',
      reason: 'no',
      bytes: '',
    };
    put('rejected/stage=lake/dt=2026-03-09/h-5-0.json', Buffer.from(JSON.stringify(rejected)));
    database = await LakeDatabase.open(folder.path, [type]);
  });
  afterAll(() => {
    database?.close();
    folder.remove();
  });
  const rows = async (sql: string) => (await database.query(sql)).rows;

  test('raw has every event, each time it came, where it came', async () => {
    expect(
      await rows('SELECT id, sequence, sub_sequence, dt, hour FROM raw ORDER BY sequence, sub_sequence'),
    ).toEqual([
      ['a', '1', 0, '2026-03-09', 7],
      ['b', '1', 1, '2026-03-09', 7],
      ['a', '1', 2, '2026-03-09', 7],
      ['c', '2', 0, '2026-03-09', 8],
      ['z', '3', 0, '2026-03-09', 7],
    ]);
    expect(await rows("SELECT time, arrival FROM raw WHERE id = 'z'")).toEqual([
      ['2026-03-09 07:00:00', '2026-03-09 07:30:00.25'],
    ]);
    expect(await rows("SELECT json_extract_scalar(data, '$.other') FROM raw WHERE id = 'z'")).toEqual([
      ['1'],
    ]);
  });

  test('a type has its own rows, each event once and typed', async () => {
    expect(await rows('SELECT _id, cents, rate, paid, sold FROM point_of_sale ORDER BY _id')).toEqual([
      ['a', 2 ** 53 - 1, 0.1, true, '2026-03-09 07:00:00.5'],
      ['b', null, null, null, '2026-03-09 07:00:00.5'],
      ['c', null, null, null, '2026-03-09 07:00:00.5'],
    ]);
    expect(await rows("SELECT key, tags, shop, code FROM point_of_sale WHERE _id = 'b'")).toEqual([
      ['ключ "x"', ['ä', '日本'], { city: "O'Fallon", floor: -1 }, '7'],
    ]);
  });

  test('what was set aside can be found', async () => {
    expect(await rows('SELECT stage, dt, code, reason FROM rejected')).toEqual([
      ['lake', '2026-03-09', 'undecodable', 'no'],
    ]);
  });

  test.each(namedQueries)('the statement $name runs as it stands', async ({ sql }) => {
    const samples = await LakeDatabase.open(
      folder.path,
      pipelines.flatMap(({ types }) => types),
    );
    expect((await samples.query(sql)).columns.length).toBeGreaterThan(1);
    samples.close();
  });

  test.each(documentedStatements())('a statement of the documentation runs as it stands: %s', async (sql) => {
    const samples = await LakeDatabase.open(
      folder.path,
      pipelines.flatMap(({ types }) => types),
    );
    expect((await samples.query(sql)).columns.length).toBeGreaterThan(1);
    samples.close();
  });

  test('an error names the column', async () => {
    await expect(rows('SELECT cent FROM point_of_sale')).rejects.toThrow(/"cent" not found.*"cents"/s);
  });
});
