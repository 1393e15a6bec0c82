import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checksum } from './digest.ts';
import { pathOf } from './paths.ts';

/** What S3 knows about an object besides its bytes. */
export interface ObjectDetails {
  /** In quotes, as in the header. */
  readonly etag: string;
  /** `content-type` and its like, by lower-case header name. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata by lower-case name, without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: Checksum | undefined;
}

interface Version {
  readonly inode: number;
  readonly size: number;
  readonly details: ObjectDetails;
}

/**
 * Keeps {@link ObjectDetails} in JSON files apart from the objects' own. Details and bytes cannot be written in one
 * step, so the details of the next version are written first, beside those of the present one, and a reader takes the
 * ones that belong to the file it has open: a crash between the two steps changes nothing.
 */
export class Sidecars {
  readonly #root: string;

  /** @param root - folder for the sidecars of all buckets */
  constructor(root: string) {
    this.#root = root;
  }

  async announce(bucket: string, key: string, next: Stats, details: ObjectDetails): Promise<void> {
    const path = this.#pathOf(bucket, key);
    const present = (await this.#read(path)).slice(0, 1);
    const versions: Version[] = [{ inode: next.ino, size: next.size, details }, ...present];
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, JSON.stringify(versions));
    await rename(temporary, path);
  }

  /** The details of the file with these stats; `undefined` for a file that somebody else put there. */
  async of(bucket: string, key: string, stats: Stats): Promise<ObjectDetails | undefined> {
    const versions = await this.#read(this.#pathOf(bucket, key));
    const sameSize = versions.filter(({ size }) => size === stats.size);
    // A copied or restored folder has new inodes: then the size has to do.
    return (sameSize.find(({ inode }) => inode === stats.ino) ?? sameSize[0])?.details;
  }

  delete(bucket: string, key: string): Promise<void> {
    return rm(this.#pathOf(bucket, key), { force: true });
  }

  #pathOf(bucket: string, key: string): string {
    return join(this.#root, bucket, `${pathOf(key)}%details`);
  }

  async #read(path: string): Promise<Version[]> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as Version[];
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return [];
      throw error;
    }
  }
}
