import { expect, test } from 'vitest';
import { renewPage } from '../../../tools/bench/page.ts';

const budgets = (...rows: string[]) => ({
  title: 'Budgets',
  text: ['where', '', '| what | budget | measured | |', '| --- | --- | --- | --- |', ...rows].join('\n'),
});

test('what is measured again replaces what it was, and nothing else', () => {
  const before = renewPage('', [
    budgets('| a | 1 | 2 | kept |', '| b (1 KB) | 1 | 2 | kept |'),
    { title: 'Throughput', text: 'old throughput' },
    { title: 'Ingestion', text: 'old ingestion' },
  ]);
  const after = renewPage(before, [
    budgets('| b (1 KB) | 1 | 9 | **missed** |', '| c | 1 | 3 | kept |'),
    { title: 'Ingestion', text: 'new ingestion' },
    { title: 'Packing', text: 'packing' },
  ]);
  expect(after.slice(after.indexOf('## Budgets'))).toBe(`## Budgets

where

| what | budget | measured | |
| --- | --- | --- | --- |
| a | 1 | 2 | kept |
| b (1 KB) | 1 | 9 | **missed** |
| c | 1 | 3 | kept |

## Throughput

old throughput

## Ingestion

new ingestion

## Packing

packing
`);
  expect(renewPage(after, [])).toBe(after);
});
