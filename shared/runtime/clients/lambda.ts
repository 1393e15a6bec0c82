import { LambdaClient } from '@aws-sdk/client-lambda';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/** A Lambda client for asynchronous invocations, which answer as soon as the event is queued. */
export function createLambdaClient(): LambdaClient {
  return traced(
    new LambdaClient({ requestHandler: httpHandler(5_000), retryMode: 'standard', maxAttempts: 3 }),
  );
}
