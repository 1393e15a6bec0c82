import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type LifecycleRule,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acceptForCheckov, acknowledge } from '../acknowledgments.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';
import { removalPolicyOf } from './retention.ts';

export interface ClosedBucketProps {
  readonly deployment: Deployment;
  readonly lifecycleRules: LifecycleRule[];
  readonly versioned?: boolean;
}

const NO_ACCESS_LOGS =
  'Server access logs come late and incomplete: whoever needs to know who read what switches on CloudTrail data events for the bucket.';

/** A bucket that is encrypted, never public, and reached over TLS only. */
export function closedBucket(scope: Construct, id: string, props: ClosedBucketProps): Bucket {
  const { deployment, lifecycleRules, versioned = false } = props;
  const encryptionKey = keyOf(scope, deployment);
  const bucket = new Bucket(scope, id, {
    ...(encryptionKey === undefined
      ? { encryption: BucketEncryption.S3_MANAGED }
      : // With a bucket key, S3 asks for a data key now and then instead of for every object.
        { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    versioned,
    removalPolicy: removalPolicyOf(deployment.environment),
    lifecycleRules,
  });
  acknowledge(bucket, 'S1', NO_ACCESS_LOGS);
  acceptForCheckov(bucket, {
    CKV_AWS_18: NO_ACCESS_LOGS,
    ...(!versioned && {
      CKV_AWS_21: 'What is in it can be made again, or is expendable in this environment.',
    }),
  });
  return bucket;
}
