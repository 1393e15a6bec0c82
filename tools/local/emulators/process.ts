import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LogFile } from '../log-file.ts';
import { ACCOUNT, REGION } from '../place.ts';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));
/** How long a database may stay locked by the dying emulator of a run that was killed. */
const PATIENCE_MS = 10_000;
const STOP_MS = 5_000;

export interface EmulatorOptions {
  readonly service: 'kinesis' | 'dynamodb';
  /** Where it keeps its database. */
  readonly folder: string;
  readonly log: LogFile;
  /** Told what a person should know, one sentence. */
  readonly notice: (text: string) => void;
  /** Fails as long as the emulator does not answer. */
  readonly probe: (endpoint: string) => Promise<unknown>;
}

/** An emulator in a child process; one that dies is started again on the same port. */
export class Emulator {
  readonly #options: EmulatorOptions;
  #child: ChildProcess | undefined;
  #port = 0;
  #stopping = false;

  private constructor(options: EmulatorOptions) {
    this.#options = options;
  }

  /** @throws Error when it does not come up */
  static async start(options: EmulatorOptions): Promise<Emulator> {
    mkdirSync(options.folder, { recursive: true });
    const emulator = new Emulator(options);
    await emulator.#launch();
    return emulator;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.send('stop', () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(timer);
  }

  async #launch(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const child = this.#fork();
      try {
        this.#port = await portOf(child, this.#options);
        await Promise.race([this.#options.probe(this.endpoint), failWhenGone(child)]);
        this.#watch(child);
        return;
      } catch (error) {
        child.kill('SIGKILL');
        if (Date.now() > deadline || this.#stopping) {
          throw new Error(`the ${this.#options.service} emulator does not start: ${String(error)}`);
        }
        await sleep(100);
      }
    }
  }

  #fork(): ChildProcess {
    const { service, folder, log } = this.#options;
    const child = fork(CHILD, [service, String(this.#port), folder], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      env: { PATH: process.env.PATH, AWS_REGION: REGION, AWS_ACCOUNT_ID: ACCOUNT },
    });
    child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
    this.#child = child;
    return child;
  }

  #watch(child: ChildProcess): void {
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      const { service, notice, log } = this.#options;
      notice(`the ${service} emulator ended (${signal ?? code}) and is started again; its log: ${log.path}`);
      this.#launch().catch((error: Error) => notice(error.message));
    });
  }
}

async function portOf(child: ChildProcess, { service, notice }: EmulatorOptions): Promise<number> {
  const [message] = await Promise.race([once(child, 'message'), failWhenGone(child)]);
  const { port, kept } = message as { port: number; kept: boolean };
  if (!kept) notice(`${service}: no LevelDB for this platform, so streams are not kept over a restart`);
  return port;
}

async function failWhenGone(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit');
  throw new Error(`its process ended with ${signal ?? code}`);
}
