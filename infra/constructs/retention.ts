import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';

/** What CloudFormation does with a stateful resource that leaves its stack. */
export const removalPolicyOf = (environment: Environment): RemovalPolicy =>
  environment.removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

/** A log group of its own: what Lambda would create by itself keeps logs for ever and outlives its stack. */
export const logGroup = (scope: Construct, id: string, deployment: Deployment): LogGroup =>
  new LogGroup(scope, id, {
    // RetentionDays is an enum of the numbers themselves; CloudFormation refuses others.
    retention: deployment.environment.logRetentionDays as RetentionDays,
    removalPolicy: removalPolicyOf(deployment.environment),
    encryptionKey: keyOf(scope, deployment),
  });
