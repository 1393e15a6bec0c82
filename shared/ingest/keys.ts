import { createHash, timingSafeEqual } from 'node:crypto';
import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

/** What a write key may do; nothing where it may do everything. */
export interface KeyLimits {
  /** Names of the event types it may send. */
  readonly types?: readonly string[];
  /** Events a second, on average over ten seconds. */
  readonly rate?: number;
  /** Events a day (UTC). */
  readonly quota?: number;
}

/** What is known of a key that a caller presents. */
export type KeyCheck =
  | { readonly status: 'valid'; readonly hash: string; readonly limits: KeyLimits }
  | { readonly status: 'unknown' | 'disabled' };

/** Checks keys by their hashes: the keys themselves are stored nowhere. */
export interface KeyChecker {
  /** @throws whatever the table throws, when a key is not cached and the table cannot be read */
  check(key: string): Promise<KeyCheck>;
}

/** Where a {@link KeyChecker} looks. */
export interface KeyCheckerOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** SHA-256 (hex) of keys that need no look-up. */
  readonly staticHashes?: readonly string[];
  readonly now?: () => number;
}

/** How long an answer of the table is believed, unknown keys included: so long a revoked key still works. */
const TTL_MS = 60_000;
/** Bounds the memory that a flood of wrong keys can take. */
const MAX_CACHED = 10_000;
const NO_KEY_IS_LONGER = 512;
const SHA256_HEX = /^[0-9a-f]{64}$/i;

interface Cached {
  readonly until: number;
  readonly item: Promise<KeyItem | undefined>;
}

/** A key in the table, as {@link parseKeyItem} reads it. */
export interface KeyItem {
  readonly disabled: boolean;
  /** Epoch milliseconds after which it is replaced by another key; undefined while it is not. */
  readonly validUntil: number | undefined;
  readonly limits: KeyLimits;
}

/** The static hashes of an environment variable: comma-separated, what is not SHA-256 in hex left out. */
export const parseKeyHashes = (text: string | undefined): string[] =>
  (text ?? '').split(',').flatMap((part) => (SHA256_HEX.test(part.trim()) ? [part.trim()] : []));

/**
 * Makes a checker of write keys: first the static hashes, compared in constant time, then the table of keys, whose
 * answers are cached. What the table is asked for is the hash, so that the time of a look-up tells nothing of a key.
 */
export function createKeyChecker(options: KeyCheckerOptions): KeyChecker {
  const { client, table, now = Date.now } = options;
  const fixed = (options.staticHashes ?? []).map((hash) => Buffer.from(hash, 'hex'));
  const cache = new Map<string, Cached>();

  const lookUp = (hash: string): Promise<KeyItem | undefined> => {
    const item = readKey(client, table, hash);
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    const entry = { until: now() + TTL_MS, item };
    cache.set(hash, entry);
    // A failed look-up says nothing about the key: the next request asks again.
    item.catch(() => cache.get(hash) === entry && cache.delete(hash));
    return item;
  };

  const itemOf = (hash: string): Promise<KeyItem | undefined> => {
    const cached = cache.get(hash);
    if (cached !== undefined && cached.until > now()) return cached.item;
    cache.delete(hash);
    return lookUp(hash);
  };

  return {
    async check(key) {
      if (key.length > NO_KEY_IS_LONGER) return { status: 'unknown' };
      const digest = createHash('sha256').update(key).digest();
      const hash = digest.toString('hex');
      // Every hash is compared, whichever matches.
      if (fixed.filter((one) => timingSafeEqual(one, digest)).length > 0) {
        return { status: 'valid', hash, limits: {} };
      }
      const item = await itemOf(hash);
      if (item === undefined) return { status: 'unknown' };
      const isOver = item.validUntil !== undefined && item.validUntil <= now();
      return item.disabled || isOver
        ? { status: 'disabled' }
        : { status: 'valid', hash, limits: item.limits };
    },
  };
}

async function readKey(client: DynamoDBClient, table: string, hash: string): Promise<KeyItem | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: { pk: { S: hash } } }));
  return Item && parseKeyItem(Item);
}

/** Reads an item of the keys table. */
export function parseKeyItem(item: Readonly<Record<string, AttributeValue>>): KeyItem {
  const { disabled, validUntil, types, rate, quota } = item;
  return {
    disabled: disabled?.BOOL === true,
    validUntil: validUntil?.S === undefined ? undefined : Date.parse(validUntil.S),
    limits: {
      ...(types?.SS !== undefined && { types: types.SS }),
      ...(rate?.N !== undefined && { rate: Number(rate.N) }),
      ...(quota?.N !== undefined && { quota: Number(quota.N) }),
    },
  };
}
