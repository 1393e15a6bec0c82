import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** An object as a listing shows it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** The objects of the lake, as compaction needs them: listed, fetched to files, replaced from files. */
export class LakeObjects {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /** All objects whose keys begin with a prefix, by key; those after a key only, where one is given. */
  async list(prefix: string, after?: string): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: prefix,
          ContinuationToken: token,
          StartAfter: after,
        }),
      );
      for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
        found.push({ key: Key, size: Size, etag: ETag });
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  /** Fetches an object into a file. */
  async fetch(key: string, path: string): Promise<void> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    if (!(Body instanceof Readable)) throw new TypeError(`the body of ${key} is no stream`);
    await pipeline(Body, createWriteStream(path));
  }

  /** All of an object. */
  async read(key: string): Promise<Uint8Array> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    if (Body === undefined) throw new TypeError(`${key} has no body`);
    return Body.transformToByteArray();
  }

  /** Creates an object from a file, or replaces one: readers see all of the old one or all of the new one. */
  async replace(key: string, path: string): Promise<void> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          Body: file.createReadStream({ autoClose: false }),
          ContentLength: size,
          ContentType: 'application/vnd.apache.parquet',
        }),
      );
    } finally {
      await file.close();
    }
  }
}
