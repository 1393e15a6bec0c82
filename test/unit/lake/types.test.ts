import { expect, test } from 'vitest';
import * as z from 'zod';
import { LakeTableError, typeTable } from '../../../shared/lake/tables.ts';
import { columnTypeOf, duckdbType, glueType } from '../../../shared/lake/types.ts';
import { eventType, jsonSchemaOf } from '../../../shared/pipeline/index.ts';

const typeOf = (fields: z.ZodRawShape) =>
  eventType('things-seen', {
    description: 'for tests',
    schema: z.object({ key: z.string(), at: z.int(), ...fields }) as unknown as z.ZodType<{
      key: string;
      at: number;
    }>,
    time: 'at',
    key: 'key',
  });

const columnOf = (schema: z.ZodType) => {
  const type = columnTypeOf(jsonSchemaOf(typeOf({ value: schema })).properties?.value ?? {});
  return [duckdbType(type), glueType(type)];
};

test.each([
  ['whole numbers', z.int(), 'BIGINT', 'bigint'],
  ['numbers', z.number().nullish(), 'DOUBLE', 'double'],
  ['whole or other numbers', z.union([z.int(), z.number()]), 'DOUBLE', 'double'],
  ['texts', z.string().optional(), 'VARCHAR', 'string'],
  ['choices of texts', z.enum(['a', 'b']), 'VARCHAR', 'string'],
  ['truth', z.boolean(), 'BOOLEAN', 'boolean'],
  ['instants', z.iso.datetime(), 'TIMESTAMP', 'timestamp'],
  ['one of several types', z.union([z.string(), z.int()]), 'VARCHAR', 'string'],
  ['anything', z.unknown(), 'VARCHAR', 'string'],
  ['lists', z.array(z.int()), 'BIGINT[]', 'array<bigint>'],
  [
    'objects',
    z.object({ a: z.int(), b: z.array(z.string()) }),
    'STRUCT("a" BIGINT, "b" VARCHAR[])',
    'struct<a:bigint,b:array<string>>',
  ],
  ['maps', z.record(z.string(), z.int()), 'VARCHAR', 'string'],
])('%s', (_, schema, duckdb, glue) => {
  expect(columnOf(schema)).toEqual([duckdb, glue]);
});

test('a table is named like its type, and its columns like the fields', () => {
  const { name, data } = typeTable(typeOf({ Amount: z.int() }));
  expect(name).toBe('things_seen');
  expect(data.map((column) => column.name)).toEqual(['key', 'at', 'Amount']);
});

test.each(['dt', 'Hour', '_id', 'KEY'])('a field named %s is refused', (field) => {
  expect(() => typeTable(typeOf({ [field]: z.int() }))).toThrow(LakeTableError);
});
