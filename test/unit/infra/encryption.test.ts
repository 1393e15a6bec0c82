import { describe, expect, test } from 'vitest';
import { personalPipelines, samplePipelines } from './sample.ts';
import { resource, resources, synthesizeSample } from './support.ts';

const pipelines = [...samplePipelines, ...personalPipelines];
const KEY = 'arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000';
const given = synthesizeSample({ environment: 'prod', pipelines, encryption: KEY });

/** Where each type that stores something says with which key. */
// biome-ignore lint/suspicious/noExplicitAny: properties are whatever CloudFormation has there
const KEY_OF: Readonly<Record<string, (properties: any) => unknown>> = {
  'AWS::Athena::WorkGroup': ({ WorkGroupConfiguration: { ResultConfiguration } }) =>
    ResultConfiguration.EncryptionConfiguration.KmsKey,
  'AWS::DynamoDB::Table': ({ SSESpecification }) => SSESpecification?.KMSMasterKeyId,
  'AWS::Kinesis::Stream': ({ StreamEncryption }) => StreamEncryption.KeyId,
  'AWS::Lambda::Function': ({ KmsKeyArn }) => KmsKeyArn,
  'AWS::Logs::LogGroup': ({ KmsKeyId }) => KmsKeyId,
  'AWS::S3::Bucket': ({ BucketEncryption }) =>
    BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }) => KmsKeyId,
};

test.each(Object.entries(KEY_OF))('a given key encrypts every %s', (type, keyOf) => {
  const found = resources(given, type);
  expect(found.length).toBeGreaterThan(0);
  for (const { path, properties } of found) expect([path, keyOf(properties)]).toEqual([path, KEY]);
});

describe('a key that is made', () => {
  const made = synthesizeSample({ environment: 'prod', pipelines, encryption: 'customer' });

  test('lies in a stack of its own, rotates, and outlives its stack', () => {
    expect(made.stacks.map(({ id }) => id)[0]).toBe('Key');
    const { properties, resource: key } = resource(made, 'Key/Key');
    expect(properties).toMatchObject({ EnableKeyRotation: true, RotationPeriodInDays: 180 });
    expect(key.DeletionPolicy).toBe('Retain');
  });

  test('is the key of everything', () => {
    for (const [type, keyOf] of Object.entries(KEY_OF)) {
      for (const { path, properties } of resources(made, type)) {
        expect([path, JSON.stringify(keyOf(properties))]).toEqual([
          path,
          expect.stringMatching(/^\{"Fn::ImportValue":"millrace-prod-key:[^"]*Arn/),
        ]);
      }
    }
  });

  test('may be used by log groups and alarms of this account, and otherwise by whom IAM allows it', () => {
    const statements: { Sid?: string; Principal: unknown; Condition?: unknown }[] = resource(made, 'Key/Key')
      .properties.KeyPolicy.Statement;
    expect(statements.map(({ Sid, Condition }) => [Sid, Condition !== undefined])).toEqual([
      [undefined, false],
      ['LogGroupsOfThisAccount', true],
      ['AlarmsOfThisAccount', true],
    ]);
    expect(JSON.stringify(statements[0]?.Principal)).toContain(':root');
  });
});

describe('a function', () => {
  /** Service through which the key is used -> calls on the key; directly, where nothing is said. */
  const keyCalls = (path: string) =>
    Object.fromEntries(
      (
        resource(given, `${path}/Role/DefaultPolicy`).properties.PolicyDocument.Statement as {
          Action: string | string[];
          Resource: unknown;
          Condition?: { StringEquals?: Record<string, unknown>; StringLike?: Record<string, unknown> };
        }[]
      )
        .filter(({ Resource }) => Resource === KEY)
        .map(({ Action, Condition }) => {
          const via = /"(\w+)\.",\{"Ref":"AWS::Region"/.exec(
            JSON.stringify(Condition?.StringEquals?.['kms:ViaService'] ?? ''),
          )?.[1];
          return [via ?? Object.keys(Condition?.StringLike ?? {})[0], [Action].flat().sort()];
        }),
    );
  const environment = { 'kms:EncryptionContext:aws:lambda:FunctionArn': ['kms:Decrypt'] };

  test('that reads may decrypt, through the services that it calls', () => {
    expect(keyCalls('Query/Query')).toEqual({
      ...environment,
      dynamodb: ['kms:Decrypt', 'kms:DescribeKey'],
    });
  });

  test('that writes may make data keys', () => {
    expect(keyCalls('Ingestion/Ingest')).toEqual({
      ...environment,
      kinesis: ['kms:GenerateDataKey'],
      dynamodb: expect.arrayContaining(['kms:Encrypt', 'kms:GenerateDataKey']),
      secretsmanager: ['kms:Decrypt'],
    });
  });

  test('that is fed from a stream may read it, and keep what it could not process', () => {
    expect(keyCalls('Processing/Doors/Land')).toMatchObject({
      kinesis: ['kms:Decrypt'],
      s3: ['kms:Decrypt', 'kms:GenerateDataKey'],
    });
  });

  test('asks for no key where AWS has the keys', () => {
    const plain = synthesizeSample({ environment: 'prod', pipelines });
    expect(JSON.stringify(resources(plain, 'AWS::IAM::Policy'))).not.toContain('kms:');
  });
});

test('what is no key is refused', () => {
  expect(() => synthesizeSample({ encryption: 'mine' })).toThrow(
    'encryption is "mine": use "aws", "customer", or the ARN of a KMS key',
  );
});
