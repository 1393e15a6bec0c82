import { expect, test } from 'vitest';
import * as z from 'zod';
import { checkSchemas } from '../../../infra/schemas.ts';
import { compareFields } from '../../../shared/lake/schema/compare.ts';
import { acceptSchema, SCHEMAS, schemaChanges } from '../../../shared/lake/schema/folder.ts';
import { fieldsOf } from '../../../shared/lake/schema/shape.ts';
import { type EventType, eventType, type Pipeline } from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { temporaryFolder } from '../../support/millrace-process.ts';

const before: z.ZodRawShape = {
  key: z.string(),
  at: z.iso.datetime(),
  count: z.int(),
  rate: z.number().optional(),
  place: z.object({ city: z.string(), floor: z.int().optional() }).nullish(),
  parts: z.array(z.object({ name: z.string() })).optional(),
};

const typeOf = (fields: z.ZodRawShape): EventType =>
  eventType('things', {
    description: 'for tests',
    schema: z.object(fields) as unknown as z.ZodType<{ key: string; at: string }>,
    time: 'at',
    key: 'key',
  }) as unknown as EventType;

const changed = (fields: z.ZodRawShape, without: readonly string[] = []) => {
  const kept = Object.entries({ ...before, ...fields }).filter(([name]) => !without.includes(name));
  return compareFields(fieldsOf(typeOf(before)), fieldsOf(typeOf(Object.fromEntries(kept))));
};

test('nothing changed is nothing to say', () => {
  expect(changed({})).toEqual({ incompatible: [], compatible: [] });
});

test.each<[string, z.ZodRawShape, string[]]>([
  ['a new optional field', { extra: z.string().optional() }, ['extra is new']],
  ['a new field that may be null and missing', { extra: z.int().nullish() }, ['extra is new']],
  ['a required field that becomes optional', { count: z.int().optional() }, ['count is optional now']],
  [
    'a new optional field within an object',
    {
      place: z.object({ city: z.string(), floor: z.int().optional(), hall: z.string().optional() }).nullish(),
    },
    ['place.hall is new'],
  ],
  [
    'a new optional field within the objects of a list',
    { parts: z.array(z.object({ name: z.string(), size: z.int().optional() })).optional() },
    ['parts[].size is new'],
  ],
  ['a narrower text', { key: z.string().max(5) }, []],
])('%s is compatible', (_, fields, compatible) => {
  expect(changed(fields)).toEqual({ incompatible: [], compatible });
});

test.each<[string, z.ZodRawShape, string[], string, RegExp]>([
  ['a field that is gone', {}, ['rate'], 'rate', /gone/],
  ['a renamed field', { ratio: z.number().optional() }, ['rate'], 'rate', /renamed/],
  ['a new required field', { extra: z.string() }, [], 'extra', /new and required/],
  ['an optional field that becomes required', { rate: z.number() }, [], 'rate', /required now/],
  ['a whole number that becomes a number', { count: z.number() }, [], 'count', /a whole number.*a number/],
  ['a number that becomes a text', { rate: z.string().optional() }, [], 'rate', /a number.*a text/],
  ['a date-time that becomes a text', { at: z.string() }, [], 'at', /a date-time.*a text/],
  ['an object that becomes a list', { place: z.array(z.string()).nullish() }, [], 'place', /object.*list/],
  [
    'a field gone within an object',
    { place: z.object({ city: z.string() }).nullish() },
    [],
    'place.floor',
    /gone/,
  ],
  ['another type within a list', { parts: z.array(z.string()).optional() }, [], 'parts[]', /object.*text/],
])('%s is not', (_, fields, without, field, change) => {
  const { incompatible } = changed(fields, without);
  expect(incompatible).toEqual([
    { field, change: expect.stringMatching(change), fix: expect.stringMatching(/\w/) },
  ]);
});

test('synthesis refuses what is incompatible, with the fix, and says what is not accepted yet', () => {
  const folder = temporaryFolder();
  const pipelineOf = (type: EventType) => [{ types: [type] } as unknown as Pipeline];
  expect(checkSchemas(folder.path, pipelineOf(typeOf(before)))).toEqual([
    expect.stringMatching(/"things" is new.*schema accept/),
  ]);
  acceptSchema(folder.path, typeOf(before));
  expect(checkSchemas(folder.path, pipelineOf(typeOf(before)))).toEqual([]);
  const wider = typeOf({ ...before, extra: z.string().optional() });
  expect(checkSchemas(folder.path, pipelineOf(wider))).toEqual([
    expect.stringMatching(/extra is new.*accept/),
  ]);
  const { count: _, ...narrower } = before;
  expect(() => checkSchemas(folder.path, pipelineOf(typeOf(narrower)))).toThrow(
    /type "things": count is gone.*: keep it/,
  );
  folder.remove();
});

test('the schemas of the declared event types are accepted', () => {
  for (const type of pipelines.flatMap(({ types }) => types)) {
    expect([type.name, schemaChanges(SCHEMAS, type)]).toEqual([
      type.name,
      { incompatible: [], compatible: [] },
    ]);
  }
});
