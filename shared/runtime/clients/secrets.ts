import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/** A Secrets Manager client, for a read every few minutes. */
export function createSecretsClient(): SecretsManagerClient {
  return traced(
    new SecretsManagerClient({
      requestHandler: httpHandler(3_000),
      retryMode: 'standard',
      maxAttempts: 3,
    }),
  );
}
