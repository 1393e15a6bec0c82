import { describe, expect, test } from 'vitest';
import { resource, resources, synthesizeSample } from '../support.ts';

const dev = synthesizeSample({ environment: 'dev', shards: 4 });
const prod = synthesizeSample({ environment: 'prod' });

describe('streams', () => {
  test('every pipeline has one for events, results and late events', () => {
    expect(resources(dev, 'AWS::Kinesis::Stream').map(({ path }) => path)).toEqual(
      ['MeterReadings', 'Doors'].flatMap((pipeline) =>
        ['Events', 'Results', 'Late'].map((stream) => `Streams/${pipeline}/${stream}`),
      ),
    );
  });

  test('all are encrypted and keep records for as long as the environment says', () => {
    for (const [assembly, hours] of [
      [dev, 24],
      [prod, 168],
    ] as const) {
      for (const { properties } of resources(assembly, 'AWS::Kinesis::Stream')) {
        expect(properties.StreamEncryption).toEqual({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
        expect(properties.RetentionPeriodHours).toBe(hours);
      }
    }
  });

  test('provisioned ones have the shards asked for, late ones always one', () => {
    const shards = (path: string) => resource(dev, path).properties.ShardCount;
    expect(shards('Streams/Doors/Events')).toBe(4);
    expect(shards('Streams/Doors/Results')).toBe(4);
    expect(shards('Streams/Doors/Late')).toBe(1);
  });

  test('on-demand ones say nothing of shards', () => {
    const { properties } = resource(prod, 'Streams/Doors/Events');
    expect(properties.StreamModeDetails).toEqual({ StreamMode: 'ON_DEMAND' });
    expect(properties).not.toHaveProperty('ShardCount');
  });
});

describe('tables', () => {
  const keys = (path: string) =>
    resource(dev, path).properties.KeySchema.map(
      ({ AttributeName, KeyType }: { AttributeName: string; KeyType: string }) =>
        `${AttributeName} ${KeyType}`,
    );

  test('have the keys that the protocol needs and are paid by request', () => {
    expect(keys('Streams/Tables/State')).toEqual(['pk HASH', 'sk RANGE']);
    expect(keys('Streams/Tables/Results')).toEqual(['pk HASH', 'sk RANGE']);
    expect(keys('Streams/Tables/Keys')).toEqual(['pk HASH']);
    for (const { properties } of resources(dev, 'AWS::DynamoDB::Table')) {
      expect(properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(
        properties.AttributeDefinitions.every(
          (each: { AttributeType: string }) => each.AttributeType === 'S',
        ),
      ).toBe(true);
    }
  });

  test('state and results expire, keys do not', () => {
    const ttl = { AttributeName: 'expiresAt', Enabled: true };
    expect(resource(dev, 'Streams/Tables/State').properties.TimeToLiveSpecification).toEqual(ttl);
    expect(resource(dev, 'Streams/Tables/Results').properties.TimeToLiveSpecification).toEqual(ttl);
    expect(resource(dev, 'Streams/Tables/Keys').properties.TimeToLiveSpecification).toBeUndefined();
  });

  test('results can be read by time', () => {
    expect(resource(dev, 'Streams/Tables/Results').properties.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'byTime',
        KeySchema: [
          { AttributeName: 'gpk', KeyType: 'HASH' },
          { AttributeName: 'gsk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
  });
});

describe('the lake', () => {
  test('is encrypted, closed to the public and to plain HTTP', () => {
    const { properties } = resource(dev, 'Streams/Lake');
    expect(properties.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
    expect(properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(resource(dev, 'Streams/Lake/Policy').properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    ]);
  });

  test('keeps versions where mistakes must be undone, and never for ever', () => {
    expect(resource(dev, 'Streams/Lake').properties.VersioningConfiguration).toBeUndefined();
    const { properties } = resource(prod, 'Streams/Lake');
    expect(properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(properties.LifecycleConfiguration.Rules).toContainEqual(
      expect.objectContaining({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } }),
    );
  });
});

test('the lake lets go of what it has kept for as long as was chosen', () => {
  const rulesOf = (assembly: typeof dev) =>
    Object.fromEntries(
      resource(assembly, 'Streams/Lake').properties.LifecycleConfiguration.Rules.map(
        ({ Prefix, ExpirationInDays }: { Prefix?: string; ExpirationInDays?: number }) => [
          Prefix,
          ExpirationInDays,
        ],
      ),
    );
  expect(rulesOf(dev)).toMatchObject({
    ...{
      'raw/': 30,
      'late/': 30,
      'results/': 30,
      'events/': 90,
      'left-out/': 90,
      'rejected/': 30,
      'redriven/': 30,
      'aws/lambda/': 90,
    },
  });
  expect(rulesOf(prod)['raw/']).toBeUndefined();
  expect(Object.keys(rulesOf(prod))).not.toContain('events/');
});

describe('data', () => {
  const stateful = ['AWS::Kinesis::Stream', 'AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup'];

  test.each([
    [dev, 'Delete'],
    [prod, 'Retain'],
  ])('outlives its stack in production only (%#)', (assembly, policy) => {
    for (const type of stateful) {
      const found = resources(assembly, type);
      expect(found.length).toBeGreaterThan(0);
      for (const { path, resource: each } of found) {
        expect([path, each.DeletionPolicy, each.UpdateReplacePolicy]).toEqual([path, policy, policy]);
      }
    }
  });

  test('is protected from deletion and can be recovered in production only', () => {
    for (const { properties } of resources(prod, 'AWS::DynamoDB::Table')) {
      expect(properties.DeletionProtectionEnabled).toBe(true);
      expect(properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    }
    for (const { properties } of resources(dev, 'AWS::DynamoDB::Table')) {
      expect(properties.DeletionProtectionEnabled).toBe(false);
    }
  });
});

test('the outputs name everything that tools need', () => {
  const { template } = prod.stacks.find(({ id }) => id === 'Streams')!;
  const outputs = Object.keys(template.Outputs ?? {}).filter((name) => !name.startsWith('ExportsOutput'));
  expect(outputs.sort()).toEqual([
    'AlarmTopic',
    'DoorsEventsStream',
    'DoorsLateStream',
    'DoorsResultsStream',
    'KeysTable',
    'LakeBucket',
    'MeterReadingsEventsStream',
    'MeterReadingsLateStream',
    'MeterReadingsResultsStream',
    'ResultsTable',
    'SendersTable',
    'StateTable',
  ]);
});
