import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import { removalPolicyOf } from './retention.ts';

/** Where functions put records that they set aside. */
export const REJECTED_PREFIX = 'rejected/';
/** Where Lambda puts what it gave up on: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export const FAILURES_PREFIX = 'aws/lambda/';

/**
 * The data lake's bucket. Objects are written once, so versions only matter where recovery from a mistake does.
 * A bucket with objects in it cannot be deleted: where stacks are destroyed, it must be emptied first.
 */
export const lakeBucket = (scope: Construct, id: string, environment: Environment): Bucket =>
  new Bucket(scope, id, {
    encryption: BucketEncryption.S3_MANAGED,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    versioned: environment.pointInTimeRecovery,
    removalPolicy: removalPolicyOf(environment),
    lifecycleRules: [
      { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      { id: 'invocation-records', prefix: FAILURES_PREFIX, expiration: Duration.days(90) },
      ...(environment.pointInTimeRecovery
        ? [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(30) }]
        : []),
    ],
  });
