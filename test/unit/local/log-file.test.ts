import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogFile } from '../../../tools/local/log-file.ts';

test('a log does not grow beyond its bound', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-log-'));
  const path = join(folder, 'logs', 'fn.log');
  for (let n = 0; n < 10; n += 1) new LogFile(path, 20).write(`line ${n}\n`);
  expect(readFileSync(path, 'utf8')).toBe('line 8\nline 9\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('line 6\nline 7\n');
  expect(readdirSync(join(folder, 'logs'))).toHaveLength(2);
  rmSync(folder, { recursive: true });
});
