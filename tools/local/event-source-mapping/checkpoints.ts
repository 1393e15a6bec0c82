import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How far a mapping is with a shard. */
export interface Checkpoint {
  /** Everything up to and including this record is done; `undefined` before the first. */
  readonly sequenceNumber?: string | undefined;
  /** The shard was closed and everything in it is done. */
  readonly finished?: boolean;
}

/** What the checkpoints belong to. */
interface Origin {
  /** Tells a stream from one of the same name that was deleted and made anew. */
  readonly stream: string;
  /** When the mapping first read the stream, epoch milliseconds. */
  readonly createdMs: number;
}

const ORIGIN = 'origin.json';

/**
 * The checkpoints of one mapping, one small file per shard, replaced in one step. Writing is behind: what a crash loses is
 * delivered again, as Lambda may do at any time.
 */
export class Checkpoints {
  /** When the mapping first read the stream, epoch milliseconds. */
  readonly createdMs: number;
  readonly #folder: string;
  readonly #onError: (error: Error) => void;
  readonly #saved = new Map<string, Checkpoint>();
  readonly #writes = new Map<string, Promise<void>>();
  readonly #unwritten = new Set<string>();

  /**
   * @param stream - identity of the stream: checkpoints of another one are thrown away
   * @param onError - told when a checkpoint cannot be written; it stays valid in memory
   */
  constructor(folder: string, stream: string, onError: (error: Error) => void) {
    this.#folder = folder;
    this.#onError = onError;
    const origin = readJson<Origin>(join(folder, ORIGIN));
    if (origin?.stream === stream) {
      this.createdMs = origin.createdMs;
    } else {
      this.createdMs = Date.now();
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, ORIGIN), JSON.stringify({ stream, createdMs: this.createdMs }));
    }
    for (const file of readdirSync(folder).filter((name) => name.startsWith('shardId-'))) {
      const checkpoint = readJson<Checkpoint>(join(folder, file));
      if (file.endsWith('.json') && checkpoint !== undefined) this.#saved.set(file.slice(0, -5), checkpoint);
    }
  }

  get(shardId: string): Checkpoint | undefined {
    return this.#saved.get(shardId);
  }

  set(shardId: string, checkpoint: Checkpoint): void {
    this.#saved.set(shardId, checkpoint);
    this.#unwritten.add(shardId);
    if (this.#writes.has(shardId)) return;
    const writing = this.#write(shardId)
      .catch(this.#onError)
      .finally(() => this.#writes.delete(shardId));
    this.#writes.set(shardId, writing);
  }

  /** Resolves when everything is on disk. */
  async flush(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes.values());
  }

  async #write(shardId: string): Promise<void> {
    const path = join(this.#folder, `${shardId}.json`);
    while (this.#unwritten.delete(shardId)) {
      await writeFile(`${path}.tmp`, JSON.stringify(this.#saved.get(shardId)));
      await rename(`${path}.tmp`, path);
    }
  }
}

/** `undefined` for a file that does not exist or was not finished. */
function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
