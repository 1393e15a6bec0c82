import { createHash, randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { KeyedLock } from '../keyed-lock.ts';
import { checkWrite, type Present } from './conditions.ts';
import { errors } from './errors.ts';
import { BucketFolder } from './files.ts';
import { checkBucketName } from './paths.ts';
import { type ObjectDetails, Sidecars } from './sidecars.ts';
import { type Found, walk } from './walk.ts';

/** An object and what is known about it. */
export interface StoredObject extends ObjectDetails, Present {
  readonly size: number;
}

/**
 * Objects as plain files at `<root>/<bucket>/<key>`. What is not an object lies under `<root>/.s3`, which no bucket can
 * be named: temporary files, multipart uploads and the objects' details.
 */
export class ObjectStore {
  readonly #root: string;
  readonly #sidecars: Sidecars;
  readonly #locks = new KeyedLock();

  constructor(root: string) {
    this.#root = root;
    this.#sidecars = new Sidecars(join(root, '.s3', 'details'));
  }

  /** Makes the folders and removes what an interrupted run left behind. */
  async prepare(): Promise<void> {
    await rm(this.#temporaryFolder, { recursive: true, force: true });
    await mkdir(this.#temporaryFolder, { recursive: true });
  }

  /** A path for a file that will be given to {@link commit}: on the same file system, so that moving it is one step. */
  temporaryFile(): string {
    return join(this.#temporaryFolder, randomUUID());
  }

  /** Where multipart uploads keep their parts. */
  get uploadsFolder(): string {
    return join(this.#root, '.s3', 'uploads');
  }

  get #temporaryFolder(): string {
    return join(this.#root, '.s3', 'tmp');
  }

  async createBucket(bucket: string): Promise<void> {
    await this.#folder(bucket).create();
  }

  /** @throws S3Error NoSuchBucket, BucketNotEmpty */
  async deleteBucket(bucket: string): Promise<void> {
    const folder = await this.bucket(bucket);
    if (!(await folder.isEmpty())) throw errors.bucketNotEmpty();
    await folder.remove();
  }

  async buckets(): Promise<{ readonly name: string; readonly created: Date }[]> {
    const entries = await readdir(this.#root, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() && entry.name !== '.s3')
      .map(({ name }) => name);
    return Promise.all(
      names.sort().map(async (name) => ({ name, created: (await stat(join(this.#root, name))).birthtime })),
    );
  }

  /** @throws S3Error NoSuchBucket */
  async bucket(bucket: string): Promise<BucketFolder> {
    const folder = this.#folder(bucket);
    if (!(await folder.exists())) throw errors.noSuchBucket(bucket);
    return folder;
  }

  /**
   * Makes a temporary file the object of a key, whole or not at all.
   *
   * @param conditions - request headers, of which those that make a write conditional count
   * @throws S3Error NoSuchBucket, PreconditionFailed
   */
  async commit(
    bucket: string,
    key: string,
    file: string,
    details: ObjectDetails,
    conditions: IncomingHttpHeaders = {},
  ): Promise<void> {
    const folder = await this.bucket(bucket);
    await this.#locks.run(bucket, async () => {
      if (conditions['if-none-match'] !== undefined || conditions['if-match'] !== undefined) {
        checkWrite(conditions, await this.find(bucket, key), key);
      }
      await this.#sidecars.announce(bucket, key, await stat(file), details);
      await folder.place(key, file);
    });
  }

  /** @throws S3Error NoSuchBucket */
  async find(bucket: string, key: string): Promise<StoredObject | undefined> {
    const path = await (await this.bucket(bucket)).find(key);
    return path === undefined ? undefined : this.describe(bucket, key, await stat(path));
  }

  /**
   * Opens an object: the bytes and details of one version, whatever is written meanwhile. The caller closes it.
   *
   * @throws S3Error NoSuchBucket, NoSuchKey
   */
  async open(bucket: string, key: string): Promise<{ object: StoredObject; file: FileHandle }> {
    const path = await (await this.bucket(bucket)).find(key);
    if (path === undefined) throw errors.noSuchKey(key);
    const file = await open(path);
    try {
      return { object: await this.describe(bucket, key, await file.stat()), file };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async describe(bucket: string, key: string, stats: Stats): Promise<StoredObject> {
    const details = (await this.#sidecars.of(bucket, key, stats)) ?? foreign(stats);
    return { ...details, size: stats.size, lastModified: stats.mtime };
  }

  /** A temporary copy of an object's bytes. */
  async copyOut(bucket: string, key: string): Promise<string> {
    const path = await (await this.bucket(bucket)).find(key);
    if (path === undefined) throw errors.noSuchKey(key);
    const copy = this.temporaryFile();
    await copyFile(path, copy);
    return copy;
  }

  /** Deletes an object; no object is no error, as in S3. */
  async delete(bucket: string, key: string): Promise<void> {
    const folder = await this.bucket(bucket);
    await this.#locks.run(bucket, async () => {
      await folder.delete(key);
      await this.#sidecars.delete(bucket, key);
    });
  }

  /** Objects in the order of their keys, see {@link walk}. */
  async *objects(bucket: string, prefix: string, after: string): AsyncGenerator<Found> {
    yield* walk((await this.bucket(bucket)).path, prefix, after);
  }

  #folder(bucket: string): BucketFolder {
    return new BucketFolder(this.#root, checkBucketName(bucket));
  }
}

/** Details of a file that was put into the folder past S3: an ETag that changes when the file does. */
function foreign(stats: Stats): ObjectDetails {
  const hash = createHash('md5').update(`${stats.ino}-${stats.size}-${stats.mtimeMs}`).digest('hex');
  return { etag: `"${hash}-1"`, headers: { 'content-type': 'binary/octet-stream' }, metadata: {} };
}
