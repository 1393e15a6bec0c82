import { expect, test } from 'vitest';
import { passesFilters } from '../../../../tools/local/event-source-mapping/filter.ts';
import { kinesisRecord } from './factory.ts';

const data = JSON.stringify({ type: 'reading', level: 7, tags: ['a', 'b'], nested: { on: true, off: null } });
const record = kinesisRecord(1, data, { PartitionKey: 'meter-1' });

test.each<[string, Record<string, unknown>, boolean]>([
  ['a value', { data: { type: ['reading'] } }, true],
  ['one of several values', { data: { type: ['other', 'reading'] } }, true],
  ['another value', { data: { type: ['other'] } }, false],
  ['all fields', { data: { type: ['reading'], level: [8] } }, false],
  ['the partition key', { partitionKey: ['meter-1'] }, true],
  ['a prefix', { partitionKey: [{ prefix: 'meter-' }] }, true],
  ['a suffix', { partitionKey: [{ suffix: '-2' }] }, false],
  ['any case', { data: { type: [{ 'equals-ignore-case': 'READING' }] } }, true],
  ['numbers in a range', { data: { level: [{ numeric: ['>', 5, '<=', 7] }] } }, true],
  ['numbers out of a range', { data: { level: [{ numeric: ['=', 5] }] } }, false],
  ['an element of a list', { data: { tags: ['b'] } }, true],
  ['nested fields and null', { data: { nested: { on: [true], off: [null] } } }, true],
  ['existing fields', { data: { level: [{ exists: true }], missing: [{ exists: false }] } }, true],
  ['missing fields', { data: { missing: [{ exists: true }] } }, false],
  ['anything but', { data: { type: [{ 'anything-but': ['x', 'y'] }] } }, true],
  ['anything but a prefix', { data: { type: [{ 'anything-but': { prefix: 'read' } }] } }, false],
  ['either of two', { data: { $or: [{ level: [1] }, { type: ['reading'] }] } }, true],
  ['an operator nobody knows', { data: { type: [{ wildcard: '*' }] } }, false],
])('%s', (_, pattern, expected) => {
  expect(passesFilters(record, [pattern])).toBe(expected);
});

test('one pattern of several is enough, and none lets everything through', () => {
  expect(passesFilters(record, [{ partitionKey: ['x'] }, { partitionKey: ['meter-1'] }])).toBe(true);
  expect(passesFilters(record, [])).toBe(true);
});

test('data that is not JSON matches no pattern about data, but others', () => {
  const text = kinesisRecord(1, 'not json');
  expect(passesFilters(text, [{ data: { type: ['reading'] } }])).toBe(false);
  expect(passesFilters(text, [{ partitionKey: ['key-1'] }])).toBe(true);
});
