import { randomBytes } from 'node:crypto';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { KEYRING_TTL_MS } from '../../../shared/privacy/keyring.ts';
import type { PseudonymKey } from '../../../shared/privacy/pseudonyms.ts';

const DAY_MS = 24 * 3_600_000;
const KEY_BYTES = 48;

/**
 * How long, in milliseconds, before its first event a key must be in the secret: until no container knows the keys without
 * it, and as events may come ahead of their time.
 */
export const NOTICE_MS =
  2 * KEYRING_TTL_MS +
  Math.max(2 * 3_600_000, ...pipelines.flatMap(({ types }) => types.map(({ maxAhead }) => maxAhead)));

/**
 * The keys with a new one.
 *
 * @param from - epoch milliseconds of event time; the first midnight UTC that is far enough away where left out
 * @throws RangeError when `from` is too soon, or before a key that there is
 */
export function rotated(
  keys: readonly PseudonymKey[],
  now: number,
  from: number = Math.ceil((now + NOTICE_MS) / DAY_MS) * DAY_MS,
): PseudonymKey[] {
  const last = Math.max(...keys.map((key) => key.from));
  if (!(from >= now + NOTICE_MS)) {
    throw new RangeError(
      `use a time after ${new Date(now + NOTICE_MS).toISOString()}: all must know the key by then`,
    );
  }
  if (from <= last)
    throw new RangeError(`there is a key from ${new Date(last).toISOString()} on: use a later time`);
  const numbers = keys.map(({ id }) => Number(/^k(\d+)$/.exec(id)?.[1] ?? 0));
  const id = `k${Math.max(0, ...numbers) + 1}`;
  return [...keys, { id, from, key: Buffer.from(randomBytes(KEY_BYTES).toString('base64url')) }];
}
