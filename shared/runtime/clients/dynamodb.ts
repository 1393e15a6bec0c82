import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { httpHandler } from './http.ts';

/**
 * A DynamoDB client. Standard retries, not adaptive ones: those slow down every request of the client for the sake of
 * one throttled key.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function createDynamoDBClient(): DynamoDBClient {
  return new DynamoDBClient({ requestHandler: httpHandler(10_000), retryMode: 'standard', maxAttempts: 5 });
}
