import { Alias } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { physicalName } from '../names.ts';
import { type TopicReference, topicReference } from '../references.ts';
import { type Alerting, watch } from './alarms/alerting.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';

/**
 * The topic that the alerts of a pipeline are published to: encrypted, since alerts name keys and values, and reached over TLS
 * only. The key alias/aws/sns can be used by whoever of the account may publish or subscribe, so neither needs a
 * permission for it.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
 */
export function alertTopic(
  scope: Construct,
  id: string,
  deployment: Deployment,
  pipeline: string,
  alerting: Alerting,
): TopicReference {
  const topicName = physicalName(deployment, pipeline, 'alerts');
  const topic = new Topic(scope, id, {
    topicName,
    displayName: `Millrace alerts: ${pipeline}`,
    masterKey: keyOf(scope, deployment) ?? Alias.fromAliasName(scope, `${id}Key`, 'alias/aws/sns'),
    enforceSSL: true,
  });
  // https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
  watch(topic, 'NotDelivered', alerting, {
    description:
      'Alerts did not reach a subscriber through all the tries of SNS: look at the subscriptions of the topic.',
    runbook: 'alerts-not-delivered',
    namespace: 'AWS/SNS',
    metric: 'NumberOfNotificationsFailed',
    dimensions: { TopicName: topicName },
    statistic: 'Sum',
    threshold: 1,
  });
  return topicReference(topicName);
}
