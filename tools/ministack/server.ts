import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A MiniStack that runs in the background. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly endpoint: string;
  /** Its temporary files, the code of functions among them. */
  readonly temporary: string;
}

/** It did not come up; the message has the end of its log. */
export class ServerError extends Error {
  override readonly name = 'ServerError';
}

const READY_MS = 60_000;
const STOP_MS = 10_000;
/** It is busy while it deploys. */
const HEALTH_MS = 10_000;
const LOG_LINES = 15;

/** A MiniStack in the background, known by a file: what is started by one command is stopped by another. */
export class Server {
  readonly #folder: string;

  /** @param folder - where its log and what is known of it are kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get log(): string {
    return join(this.#folder, 'ministack.log');
  }

  /** The one that runs; `undefined` where there is none, or the file is left of one that has gone. */
  running(): Running | undefined {
    const known = this.#known();
    return known !== undefined && isMiniStack(known.pid) ? known : undefined;
  }

  /**
   * Starts MiniStack and resolves when it answers. Nothing that it holds outlives it.
   *
   * @param port - 0: any that is free
   * @throws ServerError
   */
  async start(program: string, port: number): Promise<Running> {
    mkdirSync(this.#folder, { recursive: true });
    // Not in the checkout: functions would find its package.json and its node_modules there, which they do not have in Lambda.
    const temporary = mkdtempSync(join(tmpdir(), 'millrace-ministack-'));
    const chosen = port === 0 ? await freePort() : port;
    const log = openSync(this.log, 'w');
    const child = spawn(program, [], {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...withoutAws(process.env),
        GATEWAY_PORT: String(chosen),
        // It asks nobody who they are, so nobody else should reach it.
        BIND_HOST: '127.0.0.1',
        MINISTACK_REGION: 'us-east-1',
        PERSIST_STATE: '0',
        S3_PERSIST: '0',
        TMPDIR: temporary,
      },
    });
    child.unref();
    const pid = child.pid ?? 0;
    const running = { pid, port: chosen, endpoint: `http://127.0.0.1:${chosen}`, temporary };
    writeFileSync(this.#file, JSON.stringify(running));
    let exited = false;
    child.once('exit', () => {
      exited = true;
    });
    const deadline = Date.now() + READY_MS;
    while (!(await isHealthy(running.endpoint))) {
      if (exited || Date.now() > deadline) {
        await this.stop();
        throw new ServerError(`MiniStack did not come up on port ${chosen}:\n${this.#endOfLog()}`);
      }
      await sleep(100);
    }
    return running;
  }

  /**
   * Stops it, functions included; resolves when it is gone.
   *
   * @returns what ran, `undefined` where nothing did
   */
  async stop(): Promise<Running | undefined> {
    const known = this.#known();
    const running = this.running();
    if (running !== undefined) {
      signal(running.pid, 'SIGTERM');
      const deadline = Date.now() + STOP_MS;
      while (isMiniStack(running.pid)) {
        if (Date.now() > deadline) signal(running.pid, 'SIGKILL');
        await sleep(50);
      }
    }
    rmSync(this.#file, { force: true });
    if (known !== undefined) rmSync(known.temporary, { recursive: true, force: true });
    return running;
  }

  get #file(): string {
    return join(this.#folder, 'server.json');
  }

  #known(): Running | undefined {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Running;
    } catch {
      return undefined;
    }
  }

  #endOfLog(): string {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  }
}

/** Functions run as its children with its environment: what this shell says of AWS is not for them. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

/** Whether the process is there and still MiniStack: process ids are used again. */
function isMiniStack(pid: number): boolean {
  try {
    const columns = execFileSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8' });
    return !columns.startsWith('Z') && columns.includes('ministack');
  } catch {
    return false;
  }
}

/** Its process group, since its functions are processes of their own. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether it answers. */
export async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(HEALTH_MS);
    return (await fetch(`${endpoint}/_ministack/health`, { signal })).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
