import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { KnownTypes } from '../../events/known-types.ts';
import { mapLimit } from '../../state/concurrency.ts';
import { REDRIVEN_PREFIX, REJECTED_PREFIX } from '../layout.ts';
import { LakeObjects } from '../object-store.ts';
import { matches, mayMatch, type RejectedFilter } from './filter.ts';
import { compareNames, nameOfKey, parseRejected, type RejectedItem, rejectedKey } from './item.ts';

const SUFFIX = '.json';
const PARALLEL = 24;
const CHUNK = 240;

/** What is kept of an item's having been put back. */
export interface RedriveRecord {
  /** When, ISO 8601. */
  readonly at: string;
  readonly stream: string;
  readonly partitionKey: string;
  /** Whether other bytes than those that were set aside were put back, and which, in base64. */
  readonly patched: string | undefined;
}

/** What was set aside in a lake, and what was put back of it. Nothing of the former is ever changed or deleted. */
export class RejectedStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #objects: LakeObjects;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#objects = new LakeObjects(client, bucket);
  }

  /** Names of the items that can be meant by a filter, in the order of their streams. */
  async names(filter: RejectedFilter): Promise<string[]> {
    const under = filter.stage === undefined ? '' : `stage=${filter.stage}/`;
    const found = await this.#objects.list(`${REJECTED_PREFIX}${under}`);
    return found
      .map(({ key }) => nameOfKey(key))
      .filter((name) => mayMatch(filter, name))
      .sort(compareNames);
  }

  /** The items that are meant, in the order of their streams, some at a time. */
  async *items(
    filter: RejectedFilter,
    types: KnownTypes,
    names?: readonly string[],
  ): AsyncGenerator<RejectedItem> {
    const wanted = names ?? (await this.names(filter));
    for (let at = 0; at < wanted.length; at += CHUNK) {
      const items = await mapLimit(wanted.slice(at, at + CHUNK), PARALLEL, (name) => this.item(name));
      for (const item of items) if (matches(filter, item, types)) yield item;
    }
  }

  async item(name: string): Promise<RejectedItem> {
    return parseRejected(name, await this.#read(rejectedKey(name)));
  }

  /** Names of the items that were put back, and when for the last time. */
  async redriven({ stage }: RejectedFilter): Promise<Map<string, string>> {
    const under = stage === undefined ? '' : `stage=${stage}/`;
    const times = new Map<string, string>();
    for (const { key } of await this.#objects.list(`${REDRIVEN_PREFIX}${under}`)) {
      const at = key.lastIndexOf('/');
      const time = new Date(Number(key.slice(at + 1, -SUFFIX.length))).toISOString();
      times.set(key.slice(REDRIVEN_PREFIX.length, at), time);
    }
    return times;
  }

  /** What is kept of an item's having been put back, the first time first. */
  async history(name: string): Promise<RedriveRecord[]> {
    const found = await this.#objects.list(`${REDRIVEN_PREFIX}${name}/`);
    return Promise.all(found.map(async ({ key }) => JSON.parse(await this.#read(key)) as RedriveRecord));
  }

  /** Notes that an item was put back: an object for each time, so that nothing is overwritten. */
  async note(name: string, record: RedriveRecord): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: `${REDRIVEN_PREFIX}${name}/${Date.parse(record.at)}${SUFFIX}`,
        ContentType: 'application/json',
        Body: JSON.stringify(record),
      }),
    );
  }

  async #read(key: string): Promise<string> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }
}
