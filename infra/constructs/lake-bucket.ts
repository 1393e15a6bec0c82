import { Duration } from 'aws-cdk-lib';
import { type Bucket, type LifecycleRule, StorageClass } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import {
  CURATED_PREFIX,
  LATE_PREFIX,
  LEFT_OUT_PREFIX,
  RAW_PREFIX,
  REDRIVEN_PREFIX,
  REJECTED_PREFIX,
  RESULTS_PREFIX,
} from '../../shared/lake/layout.ts';
import { closedBucket } from './closed-bucket.ts';
import type { Deployment } from './deployment.ts';

/** Where Lambda puts what it gave up on: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export const FAILURES_PREFIX = 'aws/lambda/';

/** Days after which raw objects, which are seldom read then, are moved to where that is cheaper, and reading costs nothing extra. */
const TIERED_AFTER = 30;

/**
 * The data lake's bucket. Objects are written once, so versions only matter where recovery from a mistake does.
 * A bucket with objects in it cannot be deleted: where stacks are destroyed, it must be emptied first.
 */
export function lakeBucket(scope: Construct, id: string, deployment: Deployment): Bucket {
  const { pointInTimeRecovery } = deployment.environment;
  const { rawDays, curatedDays, rejectedDays } = deployment.lakeRetention;
  return closedBucket(scope, id, {
    deployment,
    versioned: pointInTimeRecovery,
    lifecycleRules: [
      { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      { id: 'invocation-records', prefix: FAILURES_PREFIX, expiration: Duration.days(90) },
      tiered('raw', RAW_PREFIX, rawDays),
      tiered('late', LATE_PREFIX, rawDays),
      tiered('results', RESULTS_PREFIX, rawDays),
      ...expiring('curated', CURATED_PREFIX, curatedDays),
      ...expiring('left-out', LEFT_OUT_PREFIX, curatedDays),
      ...expiring('rejected', REJECTED_PREFIX, rejectedDays),
      ...expiring('redriven', REDRIVEN_PREFIX, rejectedDays),
      ...(pointInTimeRecovery
        ? [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(30) }]
        : []),
    ],
  });
}

function expiring(id: string, prefix: string, days: number | undefined): LifecycleRule[] {
  return days === undefined ? [] : [{ id, prefix, expiration: Duration.days(days) }];
}

/** Objects that do not live to see it need no other class of storage. */
function tiered(id: string, prefix: string, days: number | undefined): LifecycleRule {
  const transitions = [
    { storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(TIERED_AFTER) },
  ];
  return {
    id,
    prefix,
    ...(days === undefined ? {} : { expiration: Duration.days(days) }),
    ...(days === undefined || days > TIERED_AFTER ? { transitions } : {}),
  };
}
