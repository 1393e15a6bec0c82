import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildClient } from '../../tools/package/build.ts';
import { acceptAll, type FakeIngest, startFakeIngest } from '../factories/fake-ingest.ts';

const run = promisify(execFile);
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

const folder = mkdtempSync(join(tmpdir(), 'millrace-package-'));
const project = join(folder, 'project');
let server: FakeIngest;

/** A project elsewhere, into which the packed client is installed as a user would. */
beforeAll(async () => {
  server = await startFakeIngest(acceptAll);
  await buildClient(join(folder, 'client'));
  await run('npm', ['pack', './client', '--silent'], { cwd: folder });
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{"type":"module","private":true}');
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `../${archive}`], { cwd: project });
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const SENDER = `
import { closeOnSignals, MillraceClient } from 'millrace/client';
const client = new MillraceClient({
  url: process.argv[2],
  types: [{ name: 'visit', id: 'id' }],
  batch: { delay: 60_000 },
});
await client.send('visit', { id: process.argv[3] });
if (process.argv[4] === 'wait') {
  closeOnSignals(client);
  setInterval(() => {}, 1_000);
  console.log('waiting');
} else await client.close();
`;

test('is installed without anything else, and sends', async () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'millrace',
  ]);
  const code = readFileSync(join(project, 'node_modules', 'millrace', 'index.js'), 'utf8');
  expect(code).not.toMatch(/^import /m);
  writeFileSync(join(project, 'send.js'), SENDER);
  await run(process.execPath, ['send.js', server.url.href, 'first'], { cwd: project });
  expect(server.requests.at(-1)).toMatchObject({ path: '/v1/events/visit', lines: ['{"id":"first"}'] });
});

test('sends what it has when its process is told to end, which then ends by the signal', async () => {
  const child = spawn(process.execPath, ['send.js', server.url.href, 'last', 'wait'], { cwd: project });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(server.requests.at(-1)?.lines).toEqual(['{"id":"last"}']);
});

const TYPED = `
import { type DataOf, type DeclaredType, MillraceClient, type Outcome, type Ticket } from 'millrace/client';
type Visit = DeclaredType<'visit', { id: string; pages: number }>;
const client = new MillraceClient<Visit>({ url: 'http://localhost', types: [{ name: 'visit', id: 'id' }] });
const data: DataOf<Visit> = { id: 'a', pages: 1 };
const ticket: Ticket = await client.send('visit', data);
const outcome: Outcome = await ticket.outcome;
if (outcome.status === 'rejected') outcome.pointer satisfies string;
// @ts-expect-error no such type
await client.send('visits', data);
// @ts-expect-error a field is missing
client.trySend('visit', { id: 'a' });
await using closing = client;
`;

test.each(['nodenext', 'bundler'])(
  'has types that %s resolves, without those of Node',
  async (resolution) => {
    writeFileSync(join(project, 'typed.ts'), TYPED);
    const settings =
      resolution === 'nodenext'
        ? ['--module', 'nodenext']
        : ['--module', 'esnext', '--moduleResolution', 'bundler'];
    const { stdout } = await run(
      process.execPath,
      [
        TSC,
        'typed.ts',
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--lib',
        'es2023,dom,esnext.disposable',
        ...settings,
      ],
      { cwd: project },
    ).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  },
);
