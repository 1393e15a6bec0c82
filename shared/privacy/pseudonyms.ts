import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** A version of the key that pseudonyms are made with. */
export interface PseudonymKey {
  /** Part of every pseudonym made with it. */
  readonly id: string;
  /** Event time, in epoch milliseconds, from which on it is used; the oldest key is used for all time before, too. */
  readonly from: number;
  readonly key: Buffer;
}

/** A secret that holds no keys to make pseudonyms with. */
export class KeyringError extends Error {
  override readonly name = 'KeyringError';
}

/** Pseudonyms begin with this, the key's id and another underscore. */
export const PSEUDONYM_PREFIX = 'psn_';
/** Characters kept of the digest in base64url: 192 bits, which no two values of any data set share. */
const DIGEST_LENGTH = 32;
const ID = /^[a-zA-Z0-9]{1,16}$/;
const MIN_KEY_BYTES = 16;

/**
 * Makes pseudonyms: keyed HMAC-SHA-256 of a value, so that nobody without the key can find the value by trying all there are.
 * The same value has the same pseudonym, in every field and event type, as long as the key is the same. Which key
 * is used depends on the event's time and on nothing else: an event that is sent again gets the pseudonyms it had.
 *
 * @see https://www.rfc-editor.org/rfc/rfc2104
 */
export class Pseudonyms {
  readonly #keys: readonly (Omit<PseudonymKey, 'key'> & { readonly key: KeyObject })[];

  /** @throws KeyringError when there is no key, or one that cannot be used */
  constructor(keys: readonly PseudonymKey[]) {
    for (const { id, from, key } of keys) {
      if (!ID.test(id)) throw new KeyringError(`"${id}" is no id of a key: use letters and digits`);
      if (!Number.isFinite(from)) throw new KeyringError(`key "${id}" has no time from which on it is used`);
      if (key.length < MIN_KEY_BYTES) throw new KeyringError(`key "${id}" is too short`);
    }
    if (keys.length === 0) throw new KeyringError('the secret holds no keys');
    this.#keys = keys
      .map((one) => ({ ...one, key: createSecretKey(one.key) }))
      .sort((a, b) => a.from - b.from);
  }

  /** @param time - the event's, in epoch milliseconds */
  of(value: unknown, time: number): string {
    const { id, key } = this.#keyAt(time);
    const digest = createHmac('sha256', key).update(String(value)).digest('base64url');
    return `${PSEUDONYM_PREFIX}${id}_${digest.slice(0, DIGEST_LENGTH)}`;
  }

  /** The pseudonyms of a value under every key: where to look for what is known of a person. */
  all(value: unknown): string[] {
    return this.#keys.map(({ from }) => this.of(value, from));
  }

  #keyAt(time: number) {
    const found = this.#keys.findLast(({ from }) => from <= time) ?? this.#keys[0];
    if (found === undefined) throw new KeyringError('there is no key');
    return found;
  }
}
