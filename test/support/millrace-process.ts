import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const START = fileURLToPath(new URL('../../tools/local/start.js', import.meta.url));
/** Synthesis included, on a machine that has other things to do. */
const PATIENCE_MS = 100_000;

/** A local run as its users have it: `npm start` in a process of its own, with nothing but what it prints. */
export class MillraceProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts a run and resolves when it says that it is healthy. */
  static async start(dataDir: string, ...args: string[]): Promise<MillraceProcess> {
    const child = spawn(process.execPath, [START, '--no-sample', '--data', dataDir, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    try {
      const url = await vi.waitUntil(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
          return /ready: (http:\/\/[\w.:]+)/.exec(output)?.[1];
        },
        { timeout: PATIENCE_MS, interval: 50 },
      );
      const { status } = await fetch(`${url}/healthz`);
      if (status !== 200) throw new Error(`${url} is ready, but /healthz answers ${status}`);
      return new MillraceProcess(child, url);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /**
   * kill -9 of one process of a function whose label contains a text, and that is computing: in the middle of an
   * invocation, that is. Resolves when there was one.
   */
  async killWorking(label: string): Promise<void> {
    await vi.waitUntil(
      () => {
        const [working] = this.#children('millrace-fn').filter(
          ({ args, state }) => args.includes(label) && state.startsWith('R'),
        );
        return working !== undefined && process.kill(working.pid, 'SIGKILL');
      },
      { timeout: 60_000, interval: 1 },
    );
  }

  /** Ctrl-C, and nothing left. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await exit;
  }

  /** kill -9: resolves when its emulators and functions have noticed and are gone. */
  async kill(): Promise<void> {
    const children = this.#children('millrace-');
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
    await vi.waitUntil(() => !children.some(({ pid }) => isAlive(pid)), { timeout: 20_000 });
  }

  #children(program: string): { pid: number; state: string; args: string }[] {
    const table = execFileSync('ps', ['-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
    return table.split('\n').flatMap((line) => {
      const [, pid, parent, state = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
      const is = Number(parent) === this.#child.pid && args.startsWith(program);
      return is ? [{ pid: Number(pid), state, args }] : [];
    });
  }
}

/** A folder of its own for a run. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
