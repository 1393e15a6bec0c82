import { faultCode, faultMessage } from '../runtime/faults.ts';
import type { KeyChecker } from './keys.ts';
import { ProblemError } from './problem.ts';

const RETRY_KEYS_S = 1;

/**
 * Lets a request through if its key is valid.
 *
 * @param warn - told when the key cannot be checked
 * @throws ProblemError `missing-key`, `unknown-key`, `disabled-key` or `keys-unavailable`
 */
export async function authorize(
  key: string | undefined,
  keys: KeyChecker,
  warn: (message: string, fields: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const challenge = { headers: { 'www-authenticate': 'ApiKey' } };
  if (key === undefined || key === '') {
    throw new ProblemError('missing-key', 'send the key in the header x-api-key', challenge);
  }
  const status = await keys.check(key).catch((error: unknown) => {
    warn('a key could not be checked', { code: faultCode(error), reason: faultMessage(error) });
    return 'unavailable' as const;
  });
  switch (status) {
    case 'valid':
      return;
    case 'disabled':
      throw new ProblemError('disabled-key', 'the key was revoked');
    case 'unknown':
      throw new ProblemError('unknown-key', 'the key in x-api-key is not known here', challenge);
    default:
      throw new ProblemError('keys-unavailable', 'the table of keys could not be read', {
        headers: { 'retry-after': `${RETRY_KEYS_S}` },
      });
  }
}
