import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGES = ['README.md', 'docs/lake.md'];
const STATEMENT = /millrace query "([^"]+)"/g;

/** The statements that the documentation gives to `millrace query`. */
export const documentedStatements = (): string[] => [
  ...new Set(
    PAGES.flatMap((page) => {
      const text = readFileSync(fileURLToPath(new URL(`../../${page}`, import.meta.url)), 'utf8');
      return [...text.matchAll(STATEMENT)].map(([, sql = '']) => sql);
    }),
  ),
];
