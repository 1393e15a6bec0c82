import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

const READ = ['kms:Decrypt'];
const WRITE = ['kms:GenerateDataKey'];

/**
 * What a service does with a customer's key in the name of the caller: with which calls on the key it answers which calls.
 *
 * @see https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
const USES: readonly { service: string; calls: RegExp; keyCalls: readonly string[] }[] = [
  { service: 'kinesis', calls: /^kinesis:GetRecords$/, keyCalls: READ },
  { service: 'kinesis', calls: /^kinesis:Put/, keyCalls: WRITE },
  { service: 'dynamodb', calls: /^dynamodb:(Get|Query|BatchGet)/, keyCalls: [...READ, 'kms:DescribeKey'] },
  {
    service: 'dynamodb',
    calls: /^dynamodb:(Put|Update|Delete|BatchWrite)/,
    keyCalls: [
      ...READ,
      'kms:DescribeKey',
      'kms:Encrypt',
      ...WRITE,
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
  },
  { service: 's3', calls: /^s3:GetObject$/, keyCalls: READ },
  // A part of a multipart upload is encrypted with the data key of the first, which must be read.
  { service: 's3', calls: /^s3:PutObject$/, keyCalls: [...WRITE, ...READ] },
  { service: 'sns', calls: /^sns:Publish$/, keyCalls: [...WRITE, ...READ] },
  { service: 'secretsmanager', calls: /^secretsmanager:GetSecretValue$/, keyCalls: READ },
];

/** What the key must allow to whoever may make these calls: through the service only, never directly. */
export function keyUse(keyArn: string, statements: readonly PolicyStatement[]): PolicyStatement[] {
  const calls = statements.flatMap(({ actions }) => actions);
  const needed = new Map<string, Set<string>>();
  for (const use of USES) {
    if (!calls.some((call) => use.calls.test(call))) continue;
    const keyCalls = needed.get(use.service) ?? new Set();
    for (const keyCall of use.keyCalls) keyCalls.add(keyCall);
    needed.set(use.service, keyCalls);
  }
  return [...needed].map(
    ([service, keyCalls]) =>
      new PolicyStatement({
        actions: [...keyCalls],
        resources: [keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `${service}.${Aws.REGION}.amazonaws.com` } },
      }),
  );
}

/**
 * Lets a function's environment be decrypted when it starts. Which function it is stands in the encryption context; its name
 * cannot, since a policy comes before its function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
export const readEnvironment = (keyArn: string): PolicyStatement =>
  new PolicyStatement({
    actions: READ,
    resources: [keyArn],
    conditions: {
      StringLike: {
        'kms:EncryptionContext:aws:lambda:FunctionArn': `arn:${Aws.PARTITION}:lambda:${Aws.REGION}:${Aws.ACCOUNT_ID}:function:*`,
      },
    },
  });
