import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import type { PseudonymSource } from '../privacy/secret.ts';
import { withTimeout } from '../runtime/backoff.ts';
import { faultCode, faultMessage } from '../runtime/faults.ts';
import type { IngestType } from './ingest-type.ts';
import { ProblemError } from './problem.ts';
import type { Warn } from './warn.ts';

const TIMEOUT_MS = 8_000;
const RETRY_AFTER_S = 2;

/**
 * What makes pseudonyms, where any of the types needs them.
 *
 * @throws ProblemError `pseudonyms-unavailable`: nothing is stored in the clear because of a fault
 */
export async function pseudonymsFor(
  types: Iterable<IngestType>,
  { pseudonyms, warn }: { readonly pseudonyms?: PseudonymSource | undefined; readonly warn: Warn },
): Promise<Pseudonyms | undefined> {
  if (![...types].some(({ protector }) => protector !== undefined)) return undefined;
  try {
    if (pseudonyms === undefined) throw new RangeError('no secret is configured');
    return await withTimeout(TIMEOUT_MS, pseudonyms);
  } catch (error) {
    warn('the keys of pseudonyms could not be read', {
      code: faultCode(error),
      reason: faultMessage(error),
    });
    throw new ProblemError('pseudonyms-unavailable', 'the keys of pseudonyms could not be read', {
      headers: { 'retry-after': `${RETRY_AFTER_S}` },
    });
  }
}
