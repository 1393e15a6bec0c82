import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from './wait-until.ts';

const START = fileURLToPath(new URL('../../tools/local/start.js', import.meta.url));
/** Synthesis included, on a machine that has other things to do. */
const PATIENCE_MS = 100_000;

interface Child {
  readonly pid: number;
  /** `R` while it computes. */
  readonly state: string;
  /** Minutes and seconds since it was started. */
  readonly age: string;
  readonly args: string;
}

/** A local run as its users have it: `npm start` in a process of its own, with nothing but what it prints. */
export class MillraceProcess {
  readonly url: string;
  /** What it has printed. */
  readonly output: () => string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, output: () => string) {
    this.#child = child;
    this.url = url;
    this.output = output;
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
      const url = await waitUntil(
        () => {
          if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
          return /ready: (http:\/\/[\w.:]+)/.exec(output)?.[1];
        },
        { timeout: PATIENCE_MS, interval: 50 },
      );
      const { status } = await fetch(`${url}/healthz`);
      if (status !== 200) throw new Error(`${url} is ready, but /healthz answers ${status}`);
      return new MillraceProcess(child, url, () => output);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get port(): string {
    return new URL(this.url).port;
  }

  /**
   * kill -9 of one process of a function whose label contains a text, and that is computing: in the middle of an
   * invocation, that is, and not still loading its code. Resolves when there was one.
   */
  async killWorking(label: string): Promise<void> {
    await waitUntil(
      () => {
        const [working] = this.#children('millrace-fn').filter(
          ({ args, state, age }) => args.includes(label) && state.startsWith('R') && age !== '00:00',
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
    await waitUntil(() => !children.some(({ pid }) => isAlive(pid)), { timeout: 20_000 });
  }

  #children(program: string): Child[] {
    const columns = 'pid=,ppid=,stat=,etime=,args=';
    const table = execFileSync('ps', ['-eo', columns], { encoding: 'utf8' });
    return table.split('\n').flatMap((line) => {
      const [pid, parent, state = '', age = '', ...args] = line.trim().split(/\s+/);
      const child = { pid: Number(pid), state, age, args: args.join(' ') };
      return Number(parent) === this.#child.pid && child.args.startsWith(program) ? [child] : [];
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
