import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Two files of this size at most per log. */
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * A log that does not grow without bound: when it is full it becomes `<path>.1`, in place of an older one. Writes are
 * synchronous: they are few, and the last ones before a crash are those that matter.
 */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  #size: number;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.path = path;
    this.#maxBytes = maxBytes;
    mkdirSync(dirname(path), { recursive: true });
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  write(chunk: string | Uint8Array): void {
    if (this.#size > 0 && this.#size + chunk.length > this.#maxBytes) {
      renameSync(this.path, `${this.path}.1`);
      this.#size = 0;
    }
    appendFileSync(this.path, chunk);
    this.#size += chunk.length;
  }
}
