import { Aws, Fn } from 'aws-cdk-lib';

/**
 * How stacks refer to what holds data: by its name, which the declaration alone decides. Nothing is exported, so nothing keeps
 * a stack from being changed or deleted: see docs/decisions/0003-names-between-stacks.md.
 */
const arn = (service: string, resource: string): string =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;

export interface StreamReference {
  readonly streamName: string;
  readonly streamArn: string;
}

export const streamReference = (streamName: string): StreamReference => ({
  streamName,
  streamArn: arn('kinesis', `stream/${streamName}`),
});

export interface TableReference {
  readonly tableName: string;
  readonly tableArn: string;
}

export const tableReference = (tableName: string): TableReference => ({
  tableName,
  tableArn: arn('dynamodb', `table/${tableName}`),
});

export interface TopicReference {
  readonly topicName: string;
  readonly topicArn: string;
}

export const topicReference = (topicName: string): TopicReference => ({
  topicName,
  topicArn: arn('sns', topicName),
});

export interface SecretReference {
  readonly secretName: string;
  /** For policies: Secrets Manager adds six random characters to the name, which the question marks stand for. */
  readonly secretArnPattern: string;
}

export const secretReference = (secretName: string): SecretReference => ({
  secretName,
  secretArnPattern: arn('secretsmanager', `secret:${secretName}-??????`),
});

export interface BucketReference {
  readonly bucketName: string;
  readonly bucketArn: string;
}

/** A bucket's name must be free in the whole world, so CloudFormation makes it up, and its stack exports it. */
export const bucketReference = (exportName: string): BucketReference => {
  const bucketName = Fn.importValue(exportName);
  return { bucketName, bucketArn: `arn:${Aws.PARTITION}:s3:::${bucketName}` };
};
