import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { type FakeIngest, reply, startFakeIngest } from '../../factories/fake-ingest.ts';

let server: FakeIngest;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-cli-'));
  server = await startFakeIngest(({ lines, headers }, response) => {
    if (headers['x-api-key'] !== 'local') return reply(response, 401, { detail: 'who are you' });
    const rejected = lines.flatMap((line, index) =>
      line.includes('bad') ? [{ index, reason: 'it is bad' }] : [],
    );
    return reply(response, 202, { accepted: lines.length - rejected.length, rejected });
  });
});
afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function millrace(args: readonly string[], input: string | Buffer = '', env = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [manifest.bin.millrace, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

const send = (input: string | Buffer, ...args: string[]) =>
  millrace(['send', '-', '--type', 'network-traffic', '--url', server.url.href, ...args], input);

test('the bin can be run', () => {
  expect(() => accessSync(manifest.bin.millrace, constants.X_OK)).not.toThrow();
});

describe('the exit status tells', () => {
  test('0: everything was accepted', async () => {
    const input = '{"device":"a"}\n{"device":"b"}\n';
    const [text, packed] = await Promise.all([send(input), send(gzipSync(input))]);
    for (const { status, stdout } of [text, packed]) {
      expect(stdout).toContain('accepted 2\nrejected 0\nretried  0 requests\n');
      expect(status).toBe(0);
    }
  });

  test('1: some were rejected, with the first reasons and a file of all', async () => {
    const path = join(directory, 'rejected.ndjson');
    const { status, stdout } = await send('{"device":"a"}\nnonsense\n{"device":"bad"}\n', '--rejected', path);
    expect(stdout).toContain(`accepted 1\nrejected 2 (written to ${path})\n  line 2: not JSON`);
    expect(stdout).toContain('  line 3: it is bad\n');
    expect(status).toBe(1);
    const written = (await readFile(path, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(written).toEqual([
      { line: 2, text: 'nonsense', reason: expect.stringContaining('not JSON') },
      { line: 3, text: '{"device":"bad"}', reason: 'it is bad' },
    ]);
  });

  test('2: it failed', async () => {
    const array = join(directory, 'array.json');
    await writeFile(array, '[{"device":"a"}]');
    const type = ['--type', 'network-traffic'];
    const outcomes = await Promise.all([
      send('{"device":"a"}', '--key', 'wrong'),
      millrace(['send', join(directory, 'none'), ...type]),
      millrace(['send', array, ...type]),
      millrace(['send', '-', '--type', 'unheard-of']),
      millrace(['send', '-']),
      millrace(['send', '-', ...type, '--url', 'http://127.0.0.1:1', '--wait', '0.1'], '{}'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2]);
    const [key, none, notLines, unknown, missing, away] = outcomes;
    expect(key?.stdout).toContain('failed: 401: who are you');
    expect(none?.stdout).toContain('failed: ENOENT');
    expect(notLines?.stdout).toContain('is one JSON array');
    expect(unknown?.stderr).toContain('Declared are: network-traffic, patient-vitals.');
    expect(missing?.stderr).toContain("required option '-t, --type <type>'");
    expect(away?.stdout).toContain('failed: cannot reach http://127.0.0.1:1');
  });
});

test('a file of CSV is told by its name, and the port and key by the environment', async () => {
  const path = join(directory, 'events.csv');
  await writeFile(path, 'device,receive_bytes,ts\na,5,1000\n');
  const { status } = await millrace(['send', path, '--type', 'network-traffic'], '', {
    PORT: server.url.port,
    MILLRACE_KEY: 'local',
  });
  expect(status).toBe(0);
  expect(JSON.parse(server.requests.at(-1)!.lines[0]!)).toEqual({
    event_id: expect.stringMatching(/^2-/),
    device: 'a',
    receive_bytes: 5,
    ts: 1000,
  });
});

test('sending what never ends ends when interrupted', async () => {
  const args = ['send', '-', '--type', 'network-traffic', '--url', server.url.href];
  const before = server.requests.length;
  const child = spawn(process.execPath, [manifest.bin.millrace, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.write('{"device":"a"}\n');
  // An event waits only so long for company.
  while (server.requests.length === before) await new Promise(setImmediate);
  child.kill('SIGINT');
  const [stdout, status] = await Promise.all([
    new Promise<string>((resolve) => {
      let text = '';
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.stdout.on('end', () => resolve(text));
    }),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  expect(stdout).toContain('failed: interrupted');
  expect(status).toBe(2);
});
