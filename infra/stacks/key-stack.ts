import { Aws, CfnOutput, Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Deployment } from '../constructs/deployment.ts';
import { removalPolicyOf } from '../constructs/retention.ts';
import { physicalName } from '../names.ts';
import { MillraceStack } from './millrace-stack.ts';

/**
 * The key that everything is encrypted with, where a customer's key is chosen. A stack of its own: when the choice is taken
 * back, the app no longer has it, so nothing deletes the key that what was stored before needs.
 */
export class KeyStack extends MillraceStack {
  readonly keyArn: string;

  constructor(scope: Construct, deployment: Deployment) {
    super(scope, 'Key', deployment, 'the key of everything at rest');
    const { environment } = deployment;
    const key = new Key(this, 'Key', {
      alias: physicalName(deployment, 'data'),
      description: `Millrace ${environment.name}: streams, tables, lake, topics, logs, secrets`,
      enableKeyRotation: true,
      rotationPeriod: Duration.days(environment.keyRotationDays),
      removalPolicy: removalPolicyOf(environment),
    });
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'LogGroupsOfThisAccount',
        principals: [new ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:*`,
          },
        },
      }),
    );
    // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    this.keyArn = key.keyArn;
    new CfnOutput(this, 'KeyArn', {
      value: key.keyArn,
      description: 'Key that everything at rest is encrypted with',
    });
  }
}
