import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Server } from '../../../tools/ministack/server.ts';

let folder: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-server-'));
  server = new Server(folder);
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A program that does what MiniStack does for whoever waits for it. */
function program(body: string): string {
  const path = join(folder, 'ministack');
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
  return path;
}

const HEALTHY = `
  const { spawn } = require('node:child_process');
  require('node:fs').writeFileSync(process.env.TMPDIR + '/worker', String(spawn('sleep', ['60']).pid));
  require('node:http').createServer((_, response) => response.end('{}')).listen(process.env.GATEWAY_PORT, process.env.BIND_HOST);
  console.log(Object.keys(process.env).filter((name) => name.startsWith('AWS_')).join());`;

/** Nothing may have waited for an orphan that has ended. */
const isAlive = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout);

test('what was started by one command is found and stopped by another, its children and files included', async () => {
  const { endpoint, temporary } = await server.start(program(HEALTHY), 0);
  expect((await fetch(endpoint)).ok).toBe(true);
  const worker = Number(readFileSync(join(temporary, 'worker'), 'utf8'));
  expect(isAlive(worker)).toBe(true);

  const other = new Server(folder);
  expect(other.running()).toMatchObject({ endpoint });
  expect(await other.stop()).toMatchObject({ endpoint });
  await expect(fetch(endpoint)).rejects.toThrow();
  await expect.poll(() => isAlive(worker)).toBe(false);
  expect(existsSync(temporary)).toBe(false);
  expect(other.running()).toBeUndefined();
  expect(await other.stop()).toBeUndefined();
});

test('one that ends by itself is told with the end of its log', async () => {
  await expect(server.start(program('console.log("no such thing"); process.exit(3)'), 0)).rejects.toThrow(
    'no such thing',
  );
  expect(server.running()).toBeUndefined();
});
