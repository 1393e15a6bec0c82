import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { s3Options } from '../../../tools/deployed/clients.ts';
import { type Deployed, outputOf } from '../../../tools/deployed/deployed.ts';

/** A row of the lake's raw objects, as far as tests look. */
export interface RawRow {
  readonly id: string;
  readonly type: string;
  readonly pipeline: string;
  readonly time: string;
  readonly shard: string;
  readonly sequence: string;
  readonly sub_sequence: number;
  readonly data: string;
}

/** The bucket of a deployment's lake, read as any client of S3 would. */
export class Lake {
  readonly #client: S3Client;
  readonly #bucket: string;
  /** Raw objects never change. */
  readonly #rows = new Map<string, RawRow[]>();

  constructor(deployed: Deployed) {
    this.#client = new S3Client(s3Options(deployed.place));
    this.#bucket = outputOf(deployed, 'LakeBucket');
  }

  async keys(Prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix },
    ))
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key])));
    return keys;
  }

  async read(Key: string): Promise<Buffer> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** All raw events of a pipeline. */
  async raw(pipeline: string): Promise<RawRow[]> {
    const wanted = (await this.keys('raw/')).filter((key) => key.includes(`/${pipeline}-`));
    for (const key of wanted) {
      if (this.#rows.has(key)) continue;
      const lines = gunzipSync(await this.read(key))
        .toString()
        .trimEnd()
        .split('\n');
      this.#rows.set(
        key,
        lines.map((line) => JSON.parse(line) as RawRow),
      );
    }
    return [...this.#rows.values()].flat();
  }

  close(): void {
    this.#client.destroy();
  }
}
