import { createHash, timingSafeEqual } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

/** What is known of a key that a caller presents. */
export type KeyStatus = 'valid' | 'unknown' | 'disabled';

/** Checks keys by their hashes: the keys themselves are stored nowhere. */
export interface KeyChecker {
  /** @throws whatever the table throws, when a key is not cached and the table cannot be read */
  check(key: string): Promise<KeyStatus>;
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
  readonly status: Promise<KeyStatus>;
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

  const lookUp = (hash: string): Promise<KeyStatus> => {
    const status = readKey(client, table, hash);
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    const entry = { until: now() + TTL_MS, status };
    cache.set(hash, entry);
    // A failed look-up says nothing about the key: the next request asks again.
    status.catch(() => cache.get(hash) === entry && cache.delete(hash));
    return status;
  };

  return {
    async check(key) {
      if (key.length > NO_KEY_IS_LONGER) return 'unknown';
      const digest = createHash('sha256').update(key).digest();
      // Every hash is compared, whichever matches.
      if (fixed.filter((hash) => timingSafeEqual(hash, digest)).length > 0) return 'valid';
      const hash = digest.toString('hex');
      const cached = cache.get(hash);
      if (cached !== undefined && cached.until > now()) return cached.status;
      cache.delete(hash);
      return lookUp(hash);
    },
  };
}

async function readKey(client: DynamoDBClient, table: string, hash: string): Promise<KeyStatus> {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: table,
      Key: { pk: { S: hash } },
      ProjectionExpression: '#pk, #disabled',
      ExpressionAttributeNames: { '#pk': 'pk', '#disabled': 'disabled' },
    }),
  );
  if (Item === undefined) return 'unknown';
  return Item.disabled?.BOOL === true ? 'disabled' : 'valid';
}
