import { KinesisClient } from '@aws-sdk/client-kinesis';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/**
 * A Kinesis client. `putOrdered` retries by itself, with knowledge of what may be repeated; the client's own second
 * attempt is for a connection that went stale while the function was frozen, and for reads.
 */
export function createKinesisClient(): KinesisClient {
  return traced(
    new KinesisClient({ requestHandler: httpHandler(5_000), retryMode: 'standard', maxAttempts: 2 }),
  );
}
