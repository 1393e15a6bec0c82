import { createHash, randomBytes } from 'node:crypto';
import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

import { type KeyLimits, parseKeyItem } from '../../../shared/ingest/keys.ts';
import { type StoredKey, stateOf } from './state.ts';

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
  async create(name: string, limits: KeyLimits = {}, now = new Date()): Promise<string> {
    const same = (await this.#inUse(now)).find((key) => key.name === name);
    if (same !== undefined) throw new KeyError(`there is a key "${name}": revoke it, or choose another name`);
    return this.#put(name, limits, now);
  }

  /**
   * Replaces a key by one of the same name and limits. Both work for a while, so that producers can change over without
   * losing an event.
   *
   * @param overlapMs - how long the old one still works
   * @returns the new key, which cannot be had a second time
   * @throws KeyError unless exactly one key in use, not being replaced already, has the name
   */
  async rotate(name: string, overlapMs: number, now = new Date()): Promise<string> {
    const current = (await this.#inUse(now)).filter(
      (key) => key.name === name && key.validUntil === undefined,
    );
    const [old] = current;
    if (old === undefined) throw new KeyError(`no key in use has the name "${name}"`);
    if (current.length > 1) throw new KeyError(`${current.length} keys have the name "${name}": revoke one`);
    const key = await this.#put(name, old.limits, now);
    await this.#update(old.hash, 'SET validUntil = :value', {
      S: new Date(now.getTime() + overlapMs).toISOString(),
    });
    return key;
  }

  async #put(name: string, { types, rate, quota }: KeyLimits, now: Date): Promise<string> {
    const key = `mr_${randomBytes(KEY_BYTES).toString('base64url')}`;
    await this.#client.send(
      new PutItemCommand({
        TableName: this.#table,
        Item: {
          pk: { S: createHash('sha256').update(key).digest('hex') },
          name: { S: name },
          createdAt: { S: now.toISOString() },
          disabled: { BOOL: false },
          ...(types !== undefined && { types: { SS: [...new Set(types)] } }),
          ...(rate !== undefined && { rate: { N: String(rate) } }),
          ...(quota !== undefined && { quota: { N: String(quota) } }),
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
   * Disables a key; within a minute nothing accepts it any more. A name stops all keys of that name: those being replaced, too.
   *
   * @param which - a name, or at least the first eight digits of a hash
   * @returns the keys that it stopped
   * @throws KeyError unless it names a key in use, by its hash exactly one
   */
  async revoke(which: string, now = new Date()): Promise<StoredKey[]> {
    const active = await this.#inUse(now);
    const named = active.filter(({ name }) => name === which);
    const hashed = which.length < MIN_HASH ? [] : active.filter(({ hash }) => hash.startsWith(which));
    const found = named.length > 0 ? named : hashed;
    if (found.length === 0) throw new KeyError(`no key in use has the name or the hash "${which}"`);
    if (found === hashed && found.length > 1)
      throw new KeyError(`"${which}" could be ${found.length} keys: give more of the hash`);
    for (const { hash } of found) await this.#update(hash, 'SET disabled = :value', { BOOL: true });
    return found.map((key) => ({ ...key, disabled: true }));
  }

  async #inUse(now: Date): Promise<StoredKey[]> {
    return (await this.list()).filter((key) => stateOf(key, now) !== 'revoked');
  }

  async #update(hash: string, expression: string, value: AttributeValue): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: { pk: { S: hash } },
        UpdateExpression: expression,
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  }
}

const readKey = (item: Record<string, AttributeValue>): StoredKey => ({
  hash: item.pk?.S ?? '',
  name: item.name?.S ?? '',
  createdAt: item.createdAt?.S ?? '',
  ...parseKeyItem(item),
});
