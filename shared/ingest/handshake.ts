import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { LIMITS } from './limits.ts';
import { allowed, type IngestRequest } from './request.ts';

const RATE = /^[1-9]\d{0,8}$/;
const PER_MINUTE = LIMITS.requestRate * 60;

/**
 * Answers the validation request of a web hook. It needs no key: the handshake only says that events are expected here, the
 * delivery itself is authorized by a key.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md#4-abuse-protection
 * @param origins - DNS names of systems that may deliver; undefined for all
 */
export function handshake(
  { headers, type }: IngestRequest,
  origins: ReadonlySet<string> | undefined,
): APIGatewayProxyStructuredResultV2 {
  const origin = headers['webhook-request-origin'];
  const allow = { allow: allowed(type === undefined ? '/events' : '/events/{type}') };
  if (origin === undefined || (origins !== undefined && !origins.has(origin.toLowerCase()))) {
    // No agreement is said by leaving the headers out, not by the status.
    return { statusCode: 204, headers: allow };
  }
  const wanted = headers['webhook-request-rate']?.trim() ?? '';
  const rate = RATE.test(wanted) ? Math.min(Number(wanted), PER_MINUTE) : PER_MINUTE;
  return {
    statusCode: 200,
    headers: {
      ...allow,
      'webhook-allowed-origin': origins === undefined ? '*' : origin,
      'webhook-allowed-rate': String(rate),
    },
  };
}
