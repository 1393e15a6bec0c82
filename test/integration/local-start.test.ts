import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const START = fileURLToPath(new URL('../../tools/local/start.js', import.meta.url));

interface Started {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves to the exit status. */
  readonly exit: Promise<number>;
}

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-start-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function npmStart(...args: string[]): Started {
  const child = spawn(process.execPath, [START, '--no-sample', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const exit = once(child, 'close').then(([code]) => code as number);
  return { child, output: () => output, exit };
}

/** What `millrace doctor` says of the run. */
async function doctor(): Promise<{ status: number; output: string }> {
  const { AWS_ENDPOINT_URL: _, ...env } = process.env;
  const child = spawn(process.execPath, [manifest.bin.millrace, 'doctor', '--data', folder], { env });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

async function urlOf({ output }: Started): Promise<string> {
  await expect.poll(output, { timeout: 60_000, interval: 100 }).toMatch(/ready: http/);
  return /ready: (http:\S+)/.exec(output())?.[1] ?? '';
}

test('npm start takes events, ends at Ctrl-C, and knows them again the next time', async () => {
  const first = npmStart('--data', folder, '--port', '0');
  const url = await urlOf(first);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const event = {
    event_id: 'once',
    device: 'router',
    ip: '192.0.2.1',
    receive_bytes: 10,
    send_bytes: 20,
    receive_packets: 1,
    send_packets: 2,
    ts: Date.now(),
  };
  const send = (root: string) =>
    fetch(`${root}/v1/events/network-traffic`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'local' },
      body: JSON.stringify(event),
    });
  const counts = async (root: string) => {
    const answer = await fetch(`${root}/v1/stages`);
    const { stages } = (await answer.json()) as { stages: { name: string; counts: unknown }[] };
    const overEvents = ['device-traffic', 'ip-share'];
    return stages.filter(({ name }) => overEvents.includes(name)).map((stage) => stage.counts);
  };
  expect((await send(url)).status).toBe(202);
  const once = { accepted: 1, duplicate: 0, late: 0, rejected: 0 };
  await expect.poll(() => counts(url), { timeout: 30_000 }).toEqual([once, once]);

  expect(await doctor()).toMatchObject({
    status: 0,
    output: expect.stringMatching(/ok +stages.* none is behind/),
  });

  const second = npmStart('--data', folder, '--port', '0');
  expect(await second.exit).toBe(1);
  expect(second.output()).toContain(`uses ${folder}: stop it, or start with --data DIR`);
  const port = new URL(url).port;
  const third = npmStart('--data', join(folder, 'other'), '--port', port);
  expect(await third.exit).toBe(1);
  expect(third.output()).toContain(`port ${port} is taken`);

  first.child.kill('SIGINT');
  expect(await first.exit).toBe(0);
  expect(first.output()).toMatch(/stopped\s*$/);

  const again = npmStart('--data', folder, '--port', '0');
  const sameAgain = await urlOf(again);
  await send(sameAgain);
  await expect
    .poll(() => counts(sameAgain), { timeout: 60_000 })
    .toEqual([
      { ...once, duplicate: 1 },
      { ...once, duplicate: 1 },
    ]);
  again.child.kill('SIGINT');
  expect(await again.exit).toBe(0);
  expect(await doctor()).toMatchObject({ status: 1, output: expect.stringMatching(/PROBLEM +local run/) });
}, 180_000);

test('an option that does not exist is refused with what there is', async () => {
  const { exit, output } = npmStart('--sampel');
  expect(await exit).toBe(2);
  expect(output()).toMatch(/Unknown option '--sampel'[\s\S]*--no-sample/);
});
