import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MILLRACE = fileURLToPath(new URL('../../tools/cli/millrace.js', import.meta.url));

/** `millrace send` in a process of its own. */
export interface Sender {
  /** How it ended: status and what it printed. */
  readonly done: Promise<{ readonly status: number | null; readonly output: string }>;
  running(): boolean;
  kill(): void;
}

/** Begins to send a file of events of the sample type. */
export function sendFile(file: string, url: string, ...args: string[]): Sender {
  const child = spawn(
    process.execPath,
    [MILLRACE, 'send', file, '--type', 'network-traffic', '--url', url, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return {
    done: once(child, 'close').then(([status]) => ({ status: status as number | null, output })),
    running: () => child.exitCode === null && child.signalCode === null,
    kill: () => void child.kill('SIGKILL'),
  };
}
