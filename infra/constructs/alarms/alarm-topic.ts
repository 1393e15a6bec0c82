import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { physicalName } from '../../names.ts';
import { type TopicReference, topicReference } from '../../references.ts';
import type { Deployment } from '../deployment.ts';
import { keyOf } from '../encryption-key.ts';

/**
 * The topic that alarms publish to. Without a customer's key it is not encrypted with the key alias/aws/sns, because CloudWatch cannot use that
 * one; what alarms say is no secret.
 */
export function alarmTopic(scope: Construct, id: string, deployment: Deployment): TopicReference {
  const topicName = physicalName(deployment, 'alarms');
  const topic = new Topic(scope, id, {
    topicName,
    displayName: 'Millrace alarms',
    enforceSSL: true,
    masterKey: keyOf(scope, deployment),
  });
  // A topic with a policy loses the default one, which would have let the account's alarms in.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return topicReference(topicName);
}
