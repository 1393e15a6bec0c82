import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { BucketReference } from '../references.ts';
import type { BundledFunction } from './bundled-function.ts';
import { FAILURES_PREFIX } from './lake-bucket.ts';
import { putObjects } from './permissions.ts';

/**
 * Lets Lambda keep, in the function's name, what the function failed to process. The construct library's own
 * destinations grant reading, writing and deleting in the whole bucket; Lambda documents these two.
 *
 * @returns the ARN of the destination
 */
export function recordFailures(target: BundledFunction, bucket: BucketReference): string {
  target.allow(
    putObjects(bucket, FAILURES_PREFIX),
    new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
  );
  return bucket.bucketArn;
}
