/**
 * What an error of an AWS request says about trying again. One place, pure, so that no caller decides by itself.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html#API_PutRecords_Errors
 */
export type Fault = 'throttled' | 'transient' | 'final';

const THROTTLES: ReadonlySet<string> = new Set([
  'KMSThrottlingException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Whether an error code of AWS means "too much, slow down". */
export const isThrottle = (code: string): boolean => THROTTLES.has(code);

/**
 * Classifies an error: `throttled` and `transient` ones are worth another try; `final` is what the service understood
 * and refused, and would refuse again. What cannot be told (a lost connection, a time-out, an unknown kind) is
 * transient: the request may have been carried out.
 */
export function classifyFault(error: unknown): Fault {
  if (typeof error !== 'object' || error === null) return 'transient';
  if (isThrottle(faultCode(error))) return 'throttled';
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (status === 429) return 'throttled';
  return status >= 400 && status < 500 && status !== 408 ? 'final' : 'transient';
}

/** The name that AWS, Node or the program gave to an error. */
export function faultCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'Error';
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  return typeof code === 'string' ? code : 'Error';
}

/** The message of whatever was thrown, even of something that has no text. */
export function faultMessage(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'something that cannot be written was thrown';
  }
}
