import type { KeyLimits } from '../../../shared/ingest/keys.ts';

/** A write key as the table knows it: by its hash. */
export interface StoredKey {
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly disabled: boolean;
  /** Epoch milliseconds at which its replacement takes over; undefined while there is none. */
  readonly validUntil: number | undefined;
  readonly limits: KeyLimits;
}

/** What can be done with a key now. A key that was replaced is as good as revoked once its time is over. */
export function stateOf({ disabled, validUntil }: StoredKey, now: Date): 'in use' | 'replaced' | 'revoked' {
  if (disabled || (validUntil !== undefined && validUntil <= now.getTime())) return 'revoked';
  return validUntil === undefined ? 'in use' : 'replaced';
}
