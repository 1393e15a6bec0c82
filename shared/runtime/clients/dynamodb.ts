import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CapacityMeter } from '../telemetry/capacity.ts';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/**
 * A DynamoDB client. Standard retries, not adaptive ones: those slow down every request of the client for the sake of
 * one throttled key.
 *
 * @param capacity - counts the units that its requests take
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function createDynamoDBClient(capacity?: CapacityMeter): DynamoDBClient {
  const client = new DynamoDBClient({
    requestHandler: httpHandler(10_000),
    retryMode: 'standard',
    maxAttempts: 5,
  });
  capacity?.attach(client);
  return traced(client);
}
