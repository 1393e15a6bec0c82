import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages } from '../../../tools/docs/pages.ts';

test.each(pages())('docs/$path is what the code says (npm run docs)', async ({ path, text }) => {
  expect(await readFile(join(import.meta.dirname, '../../../docs', path), 'utf8')).toBe(text);
});
