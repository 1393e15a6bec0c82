import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FunctionRuntime } from '../../tools/local/functions/runtime.ts';
import { NO_ENDPOINTS, toySpec } from '../support/toy-functions.ts';

let folder: string;
let runtime: FunctionRuntime;
const notices: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-functions-'));
  const specs = [
    toySpec(folder, 'echo', 'return { event, pid: process.pid };'),
    toySpec(
      folder,
      'context',
      `await new Promise((resolve) => setTimeout(resolve, 20));
      const { getRemainingTimeInMillis, ...rest } = context;
      return { ...rest, left: context.getRemainingTimeInMillis(), mode: env.MODE, cwd: process.cwd() };`,
      { environment: { MODE: 'toy' } },
    ),
    toySpec(folder, 'throws', 'console.log("about to fail"); throw new RangeError("out of " + event.what);'),
    toySpec(folder, 'hangs', 'for (;;);', { timeoutMs: 200 }),
    toySpec(folder, 'exits', 'process.exit(3);'),
    toySpec(
      folder,
      'waits',
      'fs.writeFileSync(event.file, String(process.pid)); await new Promise(() => setInterval(() => {}, 1000));',
    ),
    toySpec(folder, 'large', 'return "x".repeat(event.size);'),
    { ...toySpec(folder, 'broken', ''), handler: 'index.missing' },
    { ...toySpec(folder, 'inline', ''), directory: undefined },
  ];
  const notice = (text: string): number => notices.push(text);
  runtime = new FunctionRuntime({ specs, endpoints: NO_ENDPOINTS, dataDir: folder, notice, maxProcesses: 2 });
});

afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true });
});

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const invoke = async (name: string, event: unknown = {}) => {
  const outcome = await runtime.invoke(name, JSON.stringify(event));
  return outcome.ok ? JSON.parse(outcome.payload) : outcome.error;
};

describe('a function', () => {
  test('gets its event and returns its result, in one warm process', async () => {
    const first = await invoke('echo', { a: [1, 'ü', null] });
    expect(first.event).toEqual({ a: [1, 'ü', null] });
    expect((await invoke('echo')).pid).toBe(first.pid);
    expect(runtime.pids('echo')).toEqual([first.pid]);
  });

  test('runs in as many processes as there are events, up to the limit', async () => {
    const results = await Promise.all([1, 2, 3, 4].map((n) => invoke('echo', n)));
    expect(results.map(({ event }) => event)).toEqual([1, 2, 3, 4]);
    expect(runtime.pids('echo')).toHaveLength(2);
  });

  test('can be found among the processes by its name', async () => {
    const { pid } = await invoke('echo');
    const title = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    expect(title.trim()).toBe('millrace-fn echo');
  });

  test('has Lambda context and the environment of the template', async () => {
    const context = await invoke('context');
    expect(context).toMatchObject({
      functionName: 'context',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:context',
      mode: 'toy',
      cwd: join(folder, 'asset.context'),
    });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.left).toBeGreaterThan(5_000);
    expect(context.left).toBeLessThanOrEqual(9_990);
  });

  test('leaves nothing of its results behind in whoever invoked it', async () => {
    const size = 500_000;
    await invoke('large', { size });
    const before = heapAfterCollection();
    for (let n = 0; n < 100; n++) await invoke('large', { size });
    expect(heapAfterCollection() - before).toBeLessThan((100 * size) / 2);
  });

  test('may be given up to 6 MB, and no more', async () => {
    const text = 'x'.repeat(6 * 1024 * 1024 - 2);
    expect((await runtime.invoke('echo', JSON.stringify(text.slice(0, 6_000_000)))).ok).toBe(true);
    await expect(runtime.invoke('echo', JSON.stringify(`${text}x`))).rejects.toThrow(/at most 6291456 bytes/);
  });
});

describe('a failure', () => {
  test('that is thrown is told, logged, and leaves the process alive', async () => {
    expect(await invoke('throws', { what: 'range' })).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'out of range',
      trace: expect.arrayContaining([expect.stringContaining('RangeError: out of range')]),
    });
    expect(runtime.pids('throws')).toHaveLength(1);
    expect(notices).toContain('throws: RangeError: out of range');
    const log = join(folder, 'logs', 'throws.log');
    await expect
      .poll(() => readFileSync(log, 'utf8'))
      .toMatch(/about to fail[\s\S]*RangeError: out of range/);
  });

  test('to end in time costs the process', async () => {
    const error = await invoke('hangs');
    expect(error).toMatchObject({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/Task timed out after 0.20 seconds$/),
    });
    expect(runtime.pids('hangs')).toEqual([]);
  });

  test('of the process fails the event, and the next one gets a new process', async () => {
    const error = { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') };
    expect(await invoke('exits')).toMatchObject(error);
    expect(await invoke('exits')).toMatchObject(error);
  });

  test('by kill -9 fails the event that was running', async () => {
    const file = join(folder, 'waiting');
    const running = invoke('waits', { file });
    await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toMatch(/^\d+$/);
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
    expect(await running).toMatchObject({ errorMessage: expect.stringContaining('signal: SIGKILL') });
  });

  test('to answer within 6 MB is one', async () => {
    expect(await invoke('large', { size: 1_000 })).toHaveLength(1_000);
    expect(await invoke('large', { size: 7_000_000 })).toMatchObject({
      errorType: 'Function.ResponseSizeTooLarge',
    });
  });

  test('to load is one of every event', async () => {
    expect(await invoke('broken')).toMatchObject({ errorType: 'Runtime.ExitError' });
    const log = join(folder, 'logs', 'broken.log');
    await expect.poll(() => readFileSync(log, 'utf8')).toContain('does not export the function missing');
  });

  test('to exist is said at once', async () => {
    await expect(invoke('nobody')).rejects.toThrow('the template has no function "nobody"');
    await expect(invoke('inline')).rejects.toThrow('the code of "inline" is not in the assembly');
  });
});

test('a process that is killed while idle is replaced', async () => {
  const { pid } = await invoke('context').then(() => ({ pid: runtime.pids('context')[0] }));
  process.kill(pid!, 'SIGKILL');
  await expect.poll(() => runtime.pids('context')).toEqual([]);
  expect(await invoke('context')).toMatchObject({ mode: 'toy' });
});
