import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { MillraceProcess, temporaryFolder } from '../support/millrace-process.ts';
import { pythonVenv } from '../support/python-venv.ts';

/** Requests per operation in its last phase; the ones before make some thousands in any case. */
const EXAMPLES = process.env.EXAMPLES ?? '20';
const SEED = process.env.SEED ?? '1';
const HOOKS = fileURLToPath(new URL('schemathesis/', import.meta.url));
const ARGUMENTS = [
  ...['--header', 'x-api-key: local'],
  ...['--checks', 'all'],
  // Whether the data suits the type that the path names is said where each type has a path of its own.
  ...['--exclude-operation-id', 'postEventsOfType', '--exclude-operation-id', 'validateEventsOfType'],
  ...['--phases', 'examples,coverage,fuzzing'],
  ...['--max-examples', EXAMPLES],
  ...['--seed', SEED],
  // Two in one process trip over each other in Python 3.11 ("AST constructor recursion depth mismatch").
  ...['--workers', '1'],
  ...['--request-timeout', '60'],
  ...['--wait-for-schema', '60'],
  ...['--suppress-health-check', 'all'],
  '--continue-on-failure',
  '--no-color',
];

const folder = temporaryFolder();
let run: MillraceProcess | undefined;
afterAll(async () => {
  await run?.kill();
  folder.remove();
}, 60_000);

/** Schemathesis is a program in Python: it is installed beside the packages of Node where there is Python. */
test('schemathesis makes requests of the document, and no answer contradicts it', async ({ skip }) => {
  const venv = await pythonVenv('schemathesis', 'schemathesis==4.32.5');
  if ('missing' in venv) return skip(venv.missing);
  run = await MillraceProcess.start(folder.path, '--fresh', '--port', '0');
  const child = spawn(
    join(venv.bin, 'schemathesis'),
    ['--config-file', join(HOOKS, 'schemathesis.toml'), 'run', `${run.url}/v1/openapi.json`, ...ARGUMENTS],
    // What it learns between runs is not for this repository.
    { cwd: folder.path, env: { ...process.env, SCHEMATHESIS_HOOKS: 'hooks', PYTHONPATH: HOOKS } },
  );
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [status] = (await once(child, 'close')) as [number | null];
  console.log(output.slice(output.indexOf('SUMMARY')));
  expect([status, status === 0 ? '' : output]).toEqual([0, '']);
  expect((await fetch(`${run.url}/healthz`)).status).toBe(200);
});
