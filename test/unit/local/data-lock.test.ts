import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataLock } from '../../../tools/local/data-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder has one user at a time, and the second is told who the first is', () => {
  const lock = DataLock.acquire(folder);
  lock.announce('http://127.0.0.1:4000');
  expect(() => DataLock.acquire(folder)).toThrow(
    `another Millrace (process ${process.pid} at http://127.0.0.1:4000) uses ${folder}`,
  );
  lock.release();
  DataLock.acquire(folder).release();
  expect(existsSync(join(folder, 'lock.json'))).toBe(false);
});

test.each<[string, string]>([
  ['whose process is gone', JSON.stringify({ pid: spawnSync('true').pid, started: '1' })],
  [
    'whose process number has been given to another process',
    JSON.stringify({ pid: process.pid, started: '1' }),
  ],
  ['that was not written to its end', '{"pid":'],
])('a lock %s is taken over', (_, content) => {
  writeFileSync(join(folder, 'lock.json'), content);
  DataLock.acquire(folder).release();
});
