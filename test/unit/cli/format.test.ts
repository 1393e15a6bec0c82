import { expect, test } from 'vitest';
import { formatAnswer } from '../../../tools/cli/query/format.ts';

const answer = {
  columns: ['name', 'n'],
  rows: [
    ['a "b", c', 1],
    [null, -20.5],
    ['', null],
  ],
};

test('as a table, numbers to the right', () => {
  expect(formatAnswer(answer, 'table')).toBe(
    [
      'name          n',
      '--------  -----',
      'a "b", c      1',
      'NULL      -20.5',
      '           NULL',
      '3 rows',
    ].join('\n'),
  );
});

test('as CSV, in which null and an empty text are not the same', () => {
  expect(formatAnswer(answer, 'csv')).toBe('name,n\n"a ""b"", c",1\n,-20.5\n"",');
});

test('as JSON', () => {
  expect(JSON.parse(formatAnswer(answer, 'json'))).toEqual([
    { name: 'a "b", c', n: 1 },
    { name: null, n: -20.5 },
    { name: '', n: null },
  ]);
  expect(formatAnswer({ columns: ['a'], rows: [] }, 'json')).toBe('[]');
});
