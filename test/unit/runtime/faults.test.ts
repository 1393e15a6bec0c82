import { describe, expect, it } from 'vitest';
import { TimeoutError } from '../../../shared/runtime/backoff.ts';
import { classifyFault, faultCode, faultMessage } from '../../../shared/runtime/faults.ts';
import { awsError } from '../../factories/fake-stream.ts';

describe('classifyFault', () => {
  it.each([
    ['throttled', awsError('ProvisionedThroughputExceededException', 400)],
    ['throttled', awsError('ThrottlingException', 400)],
    ['throttled', awsError('KMSThrottlingException', 400)],
    ['throttled', awsError('Whatever', 429)],
    ['transient', awsError('InternalFailure', 500)],
    ['transient', awsError('ServiceUnavailable', 503)],
    ['transient', awsError('RequestTimeout', 408)],
    ['transient', new TimeoutError('no answer')],
    ['transient', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })],
    ['transient', 'a thrown text'],
    ['transient', null],
    ['final', awsError('ResourceNotFoundException', 400)],
    ['final', awsError('AccessDeniedException', 400)],
    ['final', awsError('ValidationException', 400)],
  ])('%s: %s', (fault, error) => {
    expect(classifyFault(error)).toBe(fault);
  });
});

describe('faultCode and faultMessage', () => {
  it('name whatever was thrown', () => {
    expect(faultCode(awsError('ThrottlingException', 400))).toBe('ThrottlingException');
    expect(faultCode(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(faultCode(new Error('x'))).toBe('Error');
    expect(faultCode(undefined)).toBe('Error');
    expect([faultMessage(new Error('x')), faultMessage(7)]).toEqual(['x', '7']);
  });
});
