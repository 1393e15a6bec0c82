import { S3Client } from '@aws-sdk/client-s3';
import { traced } from '../tracing.ts';
import { httpHandler } from './http.ts';

/** An S3 client; against a local endpoint it names buckets in the path, since no DNS knows them as host names. */
export function createS3Client(env: NodeJS.ProcessEnv = process.env): S3Client {
  const local = Boolean(env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL);
  return traced(
    new S3Client({
      requestHandler: httpHandler(15_000),
      retryMode: 'standard',
      maxAttempts: 5,
      forcePathStyle: local,
    }),
  );
}
