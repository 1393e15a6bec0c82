import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pages } from './pages.ts';

for (const { path, text } of pages()) {
  const file = join(import.meta.dirname, '../../docs', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  process.stdout.write(`docs/${path}\n`);
}
