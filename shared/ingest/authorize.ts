import { withTimeout } from '../runtime/backoff.ts';
import { faultCode, faultMessage } from '../runtime/faults.ts';
import type { KeyCheck, KeyChecker } from './keys.ts';
import { ProblemError } from './problem.ts';
import type { Warn } from './warn.ts';

/** The table answers in milliseconds: a client would rather hear "later" than wait for all retries. */
const CHECK_TIMEOUT_MS = 4_000;
const RETRY_AFTER_S = 1;
/** Both ways to send a key: as `x-api-key`, and as the bearer token of web hooks. */
const CHALLENGE = { headers: { 'www-authenticate': 'ApiKey, Bearer' } };

/** A key that is known and in use. */
export type ValidKey = Extract<KeyCheck, { status: 'valid' }>;

/**
 * Lets a request through if its key is valid.
 *
 * @param warn - told when the key cannot be checked
 * @throws ProblemError `missing-key`, `unknown-key`, `disabled-key` or `keys-unavailable`
 */
export async function authorize(key: string | undefined, keys: KeyChecker, warn: Warn): Promise<ValidKey> {
  if (key === undefined || key === '') {
    throw new ProblemError('missing-key', 'send the key in the header x-api-key', CHALLENGE);
  }
  const found = await checkOf(key, keys, warn);
  switch (found.status) {
    case 'valid':
      return found;
    case 'disabled':
      throw new ProblemError('disabled-key', 'the key was revoked');
    case 'unknown':
      throw new ProblemError('unknown-key', 'the key in x-api-key is not known here', CHALLENGE);
    case 'unavailable':
      throw new ProblemError('keys-unavailable', 'the table of keys could not be read', {
        headers: { 'retry-after': `${RETRY_AFTER_S}` },
      });
  }
}

async function checkOf(
  key: string,
  keys: KeyChecker,
  warn: Warn,
): Promise<KeyCheck | { readonly status: 'unavailable' }> {
  try {
    return await withTimeout(CHECK_TIMEOUT_MS, () => keys.check(key));
  } catch (error) {
    warn('a key could not be checked', { code: faultCode(error), reason: faultMessage(error) });
    return { status: 'unavailable' };
  }
}
