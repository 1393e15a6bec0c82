import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameInArn } from '../place.ts';
import type { SecretSpec } from '../template/model.ts';

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The secrets of a local run: a file each, which nobody but its owner can read. */
export class SecretStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes a secret that is not there yet, as its template says. */
  create({ name, template, generatedKey, length }: SecretSpec): void {
    if (existsSync(this.#pathOf(name))) return;
    const generated = Array.from({ length }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
    const value =
      generatedKey === undefined ? generated : JSON.stringify({ ...template, [generatedKey]: generated });
    this.put(name, value);
  }

  /** @param id - name or ARN */
  get(id: string): string | undefined {
    const path = this.#pathOf(nameInArn(id));
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  put(id: string, value: string): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#pathOf(nameInArn(id)), value, { mode: 0o600 });
  }

  #pathOf(name: string): string {
    return join(this.#folder, encodeURIComponent(name));
  }
}
