import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { anything } from '../factories/ingest-types.ts';
import { IngestServer } from '../support/ingest-server.ts';
import { pythonVenv } from '../support/python-venv.ts';

const run = promisify(execFile);
const SENDERS = fileURLToPath(new URL('../senders/', import.meta.url));
const TIME = Date.UTC(2018, 3, 5, 17, 31, 0, 123);

let server: IngestServer;
beforeAll(async () => {
  server = await IngestServer.start();
});
beforeEach(() => server.clear());
afterAll(() => server.end());

/** Python and Go need not be there: these tests install and build what they need, and say so where they cannot. */
test('the SDK for Python sends in binary and structured mode', async ({ skip }) => {
  const venv = await pythonVenv('cloudevents', 'cloudevents==2.2.0');
  if ('missing' in venv) return skip(venv.missing);
  await run(join(venv.bin, 'python3'), [join(SENDERS, 'python/send.py'), server.url, anything.name]);
  const data = (n: number) => ({ n, text: 'Grüße, 🌎' });
  expect(server.ingest.stored()).toMatchObject([
    { id: 'py-0', source: '/py', data: data(0), time: TIME },
    { id: 'py-1', source: '/py', data: data(1), time: TIME },
  ]);
  expect(server.ingest.extras()).toMatchObject([
    { subject: 'plain', comexample: '7' },
    { subject: 'plain', comexample: '7' },
  ]);
});

test('the SDK for Go sends in binary, structured and batched mode', async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-go-'));
  try {
    const program = join(folder, 'send');
    const built = await run('go', ['build', '-o', program, '.'], { cwd: join(SENDERS, 'go') }).catch(
      (error: Error) => error,
    );
    if (built instanceof Error) return skip(`it cannot be built here: ${built.message.slice(0, 200)}`);
    await run(program, [server.url, anything.name]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(server.ingest.stored()).toMatchObject(
    [0, 1, 2, 3].map((n) => ({
      id: `go-${n}`,
      source: '/go',
      time: TIME,
      data: { n, text: 'Grüße, 🌎' },
    })),
  );
  // In binary mode every attribute is a text.
  expect(server.ingest.extras()).toMatchObject(
    ['7', 7, 7, 7].map((comexample) => ({ subject: 'Käse 100%', comexample })),
  );
});
