import { createHash } from 'node:crypto';

/** The property in which a template may name a resource itself, and what AWS allows in such a name. */
interface Naming {
  readonly property: string;
  readonly length: number;
  readonly lowerCase?: boolean;
}

const NAMING: Readonly<Record<string, Naming>> = {
  'AWS::Kinesis::Stream': { property: 'Name', length: 128 },
  'AWS::DynamoDB::Table': { property: 'TableName', length: 255 },
  'AWS::DynamoDB::GlobalTable': { property: 'TableName', length: 255 },
  'AWS::S3::Bucket': { property: 'BucketName', length: 63, lowerCase: true },
  'AWS::Lambda::Function': { property: 'FunctionName', length: 64 },
  'AWS::Events::Rule': { property: 'Name', length: 64 },
  'AWS::Logs::LogGroup': { property: 'LogGroupName', length: 512 },
  'AWS::IAM::Role': { property: 'RoleName', length: 64 },
  'AWS::SQS::Queue': { property: 'QueueName', length: 80 },
  'AWS::SNS::Topic': { property: 'TopicName', length: 256 },
  'AWS::SecretsManager::Secret': { property: 'Name', length: 512 },
};

/** The property by which a template names a resource of this type, `undefined` where names do not matter. */
export const nameProperty = (type: string): string | undefined => NAMING[type]?.property;

/**
 * The name a resource gets when its template does not name it. AWS adds random characters; here it is a function of
 * the stack and the logical id alone, so that a restarted run finds its data again.
 */
export function generatedName(stack: string, logicalId: string, type: string): string {
  const { length, lowerCase = false } = NAMING[type] ?? { length: 128 };
  const full = `${stack}-${logicalId}`.replace(/[^A-Za-z0-9-]/g, '-');
  const cased = lowerCase ? full.toLowerCase() : full;
  if (cased.length <= length) return cased;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, 8);
  return `${cased.slice(0, length - 9)}-${hash}`;
}
