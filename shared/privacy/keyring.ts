import * as z from 'zod';
import { KeyringError, type PseudonymKey } from './pseudonyms.ts';

/** How long, in milliseconds, a container believes what the secret held: a key must be known by then before it is used. */
export const KEYRING_TTL_MS = 5 * 60_000;

const Key = z.object({ id: z.string(), key: z.string(), from: z.iso.datetime().optional() });
/** As deployed, one key by itself (Secrets Manager can generate one value of a secret); after a rotation a list. */
const Keyring = z.union([z.object({ keys: z.array(Key).min(1) }), Key.transform((key) => ({ keys: [key] }))]);

/**
 * Reads the value of the secret.
 *
 * @throws KeyringError when it is not one; its message holds nothing of the value
 */
export function parseKeyring(text: string | undefined): PseudonymKey[] {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    throw new KeyringError('the secret is not JSON');
  }
  const parsed = Keyring.safeParse(value);
  if (!parsed.success) throw new KeyringError('the secret is not a list of keys');
  return parsed.data.keys.map(({ id, key, from }) => ({
    id,
    key: Buffer.from(key, 'utf8'),
    from: from === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(from),
  }));
}

/** Writes keys as {@link parseKeyring} reads them. */
export const formatKeyring = (keys: readonly PseudonymKey[]): string =>
  JSON.stringify({
    keys: keys.map(({ id, key, from }) => ({
      id,
      key: key.toString('utf8'),
      ...(from > Number.MIN_SAFE_INTEGER && { from: new Date(from).toISOString() }),
    })),
  });
