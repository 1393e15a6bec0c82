import { ACCOUNT, localArn, REGION } from '../place.ts';

/** A resource with the name it has locally. */
export interface NamedResource {
  readonly logicalId: string;
  readonly type: string;
  readonly name: string;
}

/** ARNs of the types whose ARN somebody parses: `<service>` and `<resource>` with the name in place of `*`. */
const ARNS: Readonly<Record<string, readonly [service: string, resource: string]>> = {
  'AWS::Kinesis::Stream': ['kinesis', 'stream/*'],
  'AWS::DynamoDB::Table': ['dynamodb', 'table/*'],
  'AWS::DynamoDB::GlobalTable': ['dynamodb', 'table/*'],
  'AWS::S3::Bucket': ['s3', '*'],
  'AWS::Lambda::Function': ['lambda', 'function:*'],
  'AWS::Events::Rule': ['events', 'rule/*'],
  'AWS::IAM::Role': ['iam', 'role/*'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:*'],
  'AWS::SQS::Queue': ['sqs', '*'],
  'AWS::SNS::Topic': ['sns', '*'],
  'AWS::SecretsManager::Secret': ['secretsmanager', 'secret:*'],
};

export function arnOf({ type, name }: NamedResource): string {
  const [service, resource] = ARNS[type] ?? ['local', `${type}/*`];
  return localArn(
    service,
    resource.replace('*', () => name),
  );
}

/** What `Ref` gives for a resource: most often its name, for some types its ARN or address. */
export function refOf(resource: NamedResource): string {
  switch (resource.type) {
    case 'AWS::SNS::Topic':
    case 'AWS::SecretsManager::Secret':
      return arnOf(resource);
    case 'AWS::SQS::Queue':
      return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${resource.name}`;
    default:
      return resource.name;
  }
}

/** What `Fn::GetAtt` gives. Attributes that mean nothing locally get a text that says what they would have been. */
export function attributeOf(resource: NamedResource, attribute: string, apiUrl: string): string {
  if (attribute === 'Arn' || attribute === 'TopicArn') return arnOf(resource);
  if (resource.type === 'AWS::ApiGatewayV2::Api' && attribute === 'ApiEndpoint') return apiUrl;
  if (resource.type === 'AWS::SQS::Queue' && attribute === 'QueueName') return resource.name;
  return `${resource.name}.${attribute}`;
}
