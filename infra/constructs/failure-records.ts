import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { FAILURES_PREFIX } from './lake-bucket.ts';
import { putObjects } from './permissions.ts';

/**
 * Lets Lambda keep, in the function's name, what the function failed to process. The construct library's own
 * destinations grant reading, writing and deleting in the whole bucket; Lambda documents these two.
 *
 * @returns the ARN of the destination
 */
export function recordFailures(target: IFunction, bucket: IBucket): string {
  target.addToRolePolicy(putObjects(bucket, FAILURES_PREFIX));
  target.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }));
  return bucket.bucketArn;
}
