import { SNSClient } from '@aws-sdk/client-sns';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/** An SNS client. Whoever publishes sets a limit to all tries together. */
export function createSNSClient(): SNSClient {
  return traced(new SNSClient({ requestHandler: httpHandler(3_000), retryMode: 'standard', maxAttempts: 3 }));
}
