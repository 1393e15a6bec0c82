import {
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { formatPosition, type Position, parsePosition } from '../state/position.ts';

/** One raw object: some records of a shard, all of them whole. */
export interface RawObject {
  readonly key: string;
  /** gzip of JSON lines. */
  readonly body: Uint8Array;
  /** Exclusive. */
  readonly from: Position;
  /** Inclusive. */
  readonly to: Position;
  readonly rows: number;
}

/** What is known of an object once it exists. */
export interface Created {
  /** Inclusive. */
  readonly to: Position;
  /** Whether it is what was to be created now. */
  readonly here: boolean;
}

/** An object that lacks what every raw object carries: something else wrote to the lake under such a name. */
export class RawObjectError extends Error {
  override readonly name = 'RawObjectError';
}

const EXISTS = 412;
/** Two writers of one key at the same moment: neither may have won. */
const CONFLICT = 409;
const MAX_CONFLICTS = 5;

/** The raw objects of the lake. Creating one is the commit of what it holds. */
export class RawStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  /**
   * Creates an object unless there is one of that name.
   *
   * @returns how far the object of that name reaches, which may have been created by another attempt
   * @throws RawObjectError, or what S3 answers: then it is open whether the object was created
   */
  async create(object: RawObject): Promise<Created> {
    const { key, body, from, to, rows } = object;
    const input: PutObjectCommandInput = {
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentType: 'application/x-ndjson',
      // Overwriting would lose what a longer batch of another attempt has landed under the same name.
      IfNoneMatch: '*',
      Metadata: { from: formatPosition(from), to: formatPosition(to), rows: String(rows) },
    };
    for (let conflicts = 0; ; conflicts++) {
      try {
        await this.#client.send(new PutObjectCommand(input));
        return { to, here: true };
      } catch (error) {
        const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
        if (status === EXISTS) return { to: await this.#reachedBy(key), here: false };
        if (status !== CONFLICT || conflicts === MAX_CONFLICTS) throw error;
      }
    }
  }

  async #reachedBy(key: string): Promise<Position> {
    const { Metadata } = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }));
    const to = Metadata?.to;
    if (to === undefined) {
      throw new RawObjectError(`${key} does not say which records it holds: was it put there by hand?`);
    }
    return parsePosition(to);
  }
}
