import { withTimeout } from '../runtime/backoff.ts';
import { faultCode, faultMessage } from '../runtime/faults.ts';
import type { KeyChecker, KeyStatus } from './keys.ts';
import { ProblemError } from './problem.ts';
import type { Warn } from './warn.ts';

/** The table answers in milliseconds: a client would rather hear "later" than wait for all retries. */
const CHECK_TIMEOUT_MS = 4_000;
const RETRY_AFTER_S = 1;
const CHALLENGE = { headers: { 'www-authenticate': 'ApiKey' } };

/**
 * Lets a request through if its key is valid.
 *
 * @param warn - told when the key cannot be checked
 * @throws ProblemError `missing-key`, `unknown-key`, `disabled-key` or `keys-unavailable`
 */
export async function authorize(key: string | undefined, keys: KeyChecker, warn: Warn): Promise<void> {
  if (key === undefined || key === '') {
    throw new ProblemError('missing-key', 'send the key in the header x-api-key', CHALLENGE);
  }
  switch (await statusOf(key, keys, warn)) {
    case 'valid':
      return;
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

async function statusOf(key: string, keys: KeyChecker, warn: Warn): Promise<KeyStatus | 'unavailable'> {
  try {
    return await withTimeout(CHECK_TIMEOUT_MS, () => keys.check(key));
  } catch (error) {
    warn('a key could not be checked', { code: faultCode(error), reason: faultMessage(error) });
    return 'unavailable';
  }
}
