import { createHash, randomBytes } from 'node:crypto';
import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** A write key as the table knows it: by its hash. */
export interface StoredKey {
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly disabled: boolean;
}

/** A request for a key that cannot be carried out. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

const KEY_BYTES = 32;

/** Digits of a hash that name a key; fewer could be a slip of the hand that stops the wrong producer. */
const MIN_HASH = 8;

/** The keys of a deployment. Keys themselves are stored nowhere. */
export class KeyStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /**
   * Makes a key.
   *
   * @returns the key, which cannot be had a second time
   * @throws KeyError when a key that is in use has the same name
   */
  async create(name: string, now = new Date()): Promise<string> {
    const same = (await this.list()).find((key) => key.name === name && !key.disabled);
    if (same !== undefined) throw new KeyError(`there is a key "${name}": revoke it, or choose another name`);
    const key = `mr_${randomBytes(KEY_BYTES).toString('base64url')}`;
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#table,
        Item: {
          pk: { S: createHash('sha256').update(key).digest('hex') },
          name: { S: name },
          createdAt: { S: now.toISOString() },
          disabled: { BOOL: false },
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return key;
  }

  /** All keys, the oldest first. */
  async list(): Promise<StoredKey[]> {
    const keys: StoredKey[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#client.send(
        new ScanCommand({ TableName: this.#table, ExclusiveStartKey: start, ConsistentRead: true }),
      );
      keys.push(...(page.Items ?? []).map(readKey));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return keys.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  }

  /**
   * Disables a key; within a minute nothing accepts it any more.
   *
   * @param which - its name, or at least the first eight digits of its hash
   * @throws KeyError unless it names exactly one key in use
   */
  async revoke(which: string): Promise<StoredKey> {
    const active = (await this.list()).filter(({ disabled }) => !disabled);
    const named = active.filter(({ name }) => name === which);
    const hashed = which.length < MIN_HASH ? [] : active.filter(({ hash }) => hash.startsWith(which));
    const found = named.length > 0 ? named : hashed;
    const [key] = found;
    if (key === undefined) throw new KeyError(`no key in use has the name or the hash "${which}"`);
    if (found.length > 1)
      throw new KeyError(`"${which}" could be ${found.length} keys: give more of the hash`);
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: key.hash } },
        UpdateExpression: 'SET disabled = :yes',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':yes': { BOOL: true } },
      }),
    );
    return { ...key, disabled: true };
  }
}

const readKey = (item: Record<string, AttributeValue>): StoredKey => ({
  hash: item.pk?.S ?? '',
  name: item.name?.S ?? '',
  createdAt: item.createdAt?.S ?? '',
  disabled: item.disabled?.BOOL ?? false,
});
