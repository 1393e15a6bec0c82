import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Holder {
  readonly pid: number;
  /** When its process started, in the system's own terms: pids are used again. */
  readonly started: string | undefined;
  readonly url?: string;
}

/** Another local run uses the data folder. */
export class DataInUseError extends Error {
  override readonly name = 'DataInUseError';
}

/** Keeps two local runs from using one data folder; a lock whose process is gone is taken over. */
export class DataLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws DataInUseError */
  static acquire(dataDir: string): DataLock {
    mkdirSync(dataDir, { recursive: true });
    const lock = new DataLock(join(dataDir, 'lock.json'));
    for (;;) {
      try {
        lock.#write(undefined, 'wx');
        return lock;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = lock.#read();
      if (holder !== undefined && isAlive(holder)) {
        const where = holder.url === undefined ? '' : ` at ${holder.url}`;
        throw new DataInUseError(
          `another Millrace (process ${holder.pid}${where}) uses ${dataDir}: stop it, or start with --data DIR`,
        );
      }
      rmSync(lock.#path, { force: true });
    }
  }

  /** Lets the message to a second run say where this one is. */
  announce(url: string): void {
    this.#write(url, 'w');
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  #write(url: string | undefined, flag: 'w' | 'wx'): void {
    const holder: Holder = { pid: process.pid, started: startOf(process.pid), ...(url ? { url } : {}) };
    writeFileSync(this.#path, JSON.stringify(holder), { flag });
  }

  /** `undefined` when there is no lock any more, or one whose writing was cut off. */
  #read(): Holder | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as Holder;
    } catch {
      return undefined;
    }
  }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: there is such a process, of somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === started;
}

/** On Linux, the start time of a process in clock ticks since boot; `undefined` elsewhere. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name, in parentheses, and may contain anything; the 22nd is the start time.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
