import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type {
  BucketReference,
  SecretReference,
  StreamReference,
  TableReference,
  TopicReference,
} from '../references.ts';

/**
 * The calls that functions may make, on the resource they make them on. Written by hand because the grants of the
 * construct library give more: `grantWriteData` includes deleting, `grantRead` of a bucket includes listing it.
 */
const allow = (resources: string[], ...actions: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

export const onTable = (
  table: TableReference,
  ...calls: readonly ('BatchWriteItem' | 'GetItem' | 'PutItem' | 'Query' | 'UpdateItem')[]
): PolicyStatement => allow([table.tableArn], ...calls.map((call) => `dynamodb:${call}`));

export const onIndex = (table: TableReference, index: string): PolicyStatement =>
  allow([`${table.tableArn}/index/${index}`], 'dynamodb:Query');

export const onStream = (
  stream: StreamReference,
  ...calls: readonly ('GetRecords' | 'GetShardIterator' | 'ListShards' | 'PutRecords')[]
): PolicyStatement => allow([stream.streamArn], ...calls.map((call) => `kinesis:${call}`));

/** What Lambda itself does in the function's name to feed it: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const consume = (stream: StreamReference): PolicyStatement =>
  allow(
    [stream.streamArn],
    'kinesis:DescribeStream',
    'kinesis:DescribeStreamSummary',
    'kinesis:GetRecords',
    'kinesis:GetShardIterator',
    'kinesis:ListShards',
  );

export const putObjects = (bucket: BucketReference, prefix: string): PolicyStatement =>
  allow([`${bucket.bucketArn}/${prefix}*`], 's3:PutObject');

/** Reading an object includes asking for its metadata alone. */
export const getObjects = (bucket: BucketReference, prefix: string): PolicyStatement =>
  allow([`${bucket.bucketArn}/${prefix}*`], 's3:GetObject');

/** The key alias/aws/sns lets everybody of the account use it through SNS, so it needs no permission of its own. */
export const publishTo = (topic: TopicReference): PolicyStatement => allow([topic.topicArn], 'sns:Publish');

/** Listing the objects under prefixes is a call on the bucket. */
export const listObjects = (bucket: BucketReference, ...prefixes: string[]): PolicyStatement =>
  new PolicyStatement({
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}*`) } },
  });

export const readSecret = (secret: SecretReference): PolicyStatement =>
  allow([secret.secretArnPattern], 'secretsmanager:GetSecretValue');

export const invoke = (target: IFunction): PolicyStatement =>
  allow([target.functionArn], 'lambda:InvokeFunction');

/** Its own log group exists already; the ARN ends in `:*`, for the streams in it. */
export const writeLogs = (group: ILogGroup): PolicyStatement =>
  allow([group.logGroupArn], 'logs:CreateLogStream', 'logs:PutLogEvents');
