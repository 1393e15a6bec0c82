import { mkdir, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { besideFolder, pathOf } from './paths.ts';

/** The folder of one bucket: finds and moves the files of its objects. Callers hold the bucket's lock to change it. */
export class BucketFolder {
  readonly path: string;

  constructor(root: string, bucket: string) {
    this.path = join(root, bucket);
  }

  async exists(): Promise<boolean> {
    return (await kindOf(this.path)) === 'folder';
  }

  create(): Promise<unknown> {
    return mkdir(this.path, { recursive: true });
  }

  async isEmpty(): Promise<boolean> {
    return (await readdir(this.path)).length === 0;
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }

  /** The file of an object, `undefined` when there is none. */
  async find(key: string): Promise<string | undefined> {
    const plain = join(this.path, pathOf(key));
    for (const path of [plain, besideFolder(plain)]) {
      if ((await kindOf(path)) === 'file') return path;
    }
    return undefined;
  }

  /** Puts a finished file in place of whatever the key held, in one step for readers. */
  async place(key: string, file: string): Promise<void> {
    const plain = join(this.path, pathOf(key));
    await this.#makeRoom(dirname(plain));
    const beside = besideFolder(plain);
    const taken = (await kindOf(plain)) === 'folder' || (await kindOf(beside)) === 'file';
    await rename(file, taken ? beside : plain);
  }

  /** Removes an object's file, and the folders that only it was in. */
  async delete(key: string): Promise<void> {
    const file = await this.find(key);
    if (file === undefined) return;
    await unlink(file);
    let folder = dirname(file);
    while (folder !== this.path && (await readdir(folder)).length === 0) {
      await rmdir(folder);
      folder = dirname(folder);
    }
  }

  /** Makes a folder; an object that has the name of one of its parts steps aside. */
  async #makeRoom(folder: string): Promise<void> {
    if ((await kindOf(folder)) === 'folder') return;
    if (folder !== this.path) await this.#makeRoom(dirname(folder));
    if ((await kindOf(folder)) === 'file') await rename(folder, besideFolder(folder));
    await mkdir(folder, { recursive: true });
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
