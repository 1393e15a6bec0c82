// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what Fn::Sub looks like
import { describe, expect, test } from 'vitest';
import { modelOf } from '../../../../tools/local/template/load.ts';
import { lambda, model } from './factory.ts';

const stream = { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } };
const bucket = { Type: 'AWS::S3::Bucket', Properties: {} };
const mapping = (Properties: Record<string, unknown>) => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    FunctionName: { Ref: 'Fn' },
    EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
    StartingPosition: 'TRIM_HORIZON',
    ...Properties,
  },
});

describe('stores', () => {
  test('streams, tables and buckets', () => {
    const { streams, tables, buckets, leftOut } = model({
      Stream: stream,
      Named: { Type: 'AWS::Kinesis::Stream', Properties: { Name: 'my-events', RetentionPeriodHours: 48 } },
      Lake: bucket,
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
    });
    expect(streams).toEqual([
      { name: 'Main-Stream', shards: 2, retentionHours: 24 },
      { name: 'my-events', shards: 1, retentionHours: 48 },
    ]);
    expect(tables).toEqual([
      {
        name: 'Main-Table',
        keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        attributes: [{ AttributeName: 'pk', AttributeType: 'S' }],
        indexes: [],
      },
    ]);
    expect(buckets).toEqual(['main-lake']);
    expect(leftOut).toEqual([]);
  });
});

describe('functions and what invokes them', () => {
  test('a function has its code, environment and limits', () => {
    const { functions } = model({
      Fn: lambda({
        Timeout: 60,
        MemorySize: '256',
        Environment: {
          Variables: { STREAM: { Ref: 'Stream' }, ARN: { 'Fn::GetAtt': ['Stream', 'Arn'] }, N: 3 },
        },
      }),
      Stream: stream,
    });
    expect(functions).toEqual([
      {
        name: 'Main-Fn',
        label: 'Main-Fn',
        directory: '/assets/code',
        handler: 'index.handler',
        environment: {
          STREAM: 'Main-Stream',
          ARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/Main-Stream',
          N: '3',
        },
        timeoutMs: 60_000,
        memoryMb: 256,
        reservedConcurrency: undefined,
      },
    ]);
  });

  test('a function is called after its construct', () => {
    const path = 'main/NetworkTraffic/DeviceTraffic/Window/Function/Resource';
    const { functions } = model({ Fn: { ...lambda(), Metadata: { 'aws:cdk:path': path } } });
    expect(functions[0]?.label).toBe('network-traffic-device-traffic-window');
  });

  test('an event source mapping, with defaults and with everything', () => {
    const { mappings } = model({
      Fn: lambda(),
      Stream: stream,
      Lake: bucket,
      Plain: mapping({}),
      Full: mapping({
        BatchSize: 10_000,
        MaximumBatchingWindowInSeconds: 1,
        MaximumRetryAttempts: 3,
        MaximumRecordAgeInSeconds: 60,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        StartingPosition: 'AT_TIMESTAMP',
        StartingPositionTimestamp: 1.5,
        FilterCriteria: { Filters: [{ Pattern: '{"partitionKey":["a"]}' }] },
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Lake', 'Arn'] } } },
      }),
    });
    expect(mappings[0]).toEqual({
      id: 'Main-Plain',
      functionName: 'Main-Fn',
      streamName: 'Main-Stream',
      enabled: true,
      batchSize: 100,
      batchingWindowMs: 0,
      maximumRetryAttempts: -1,
      maximumRecordAgeSeconds: -1,
      bisectOnError: false,
      reportsItemFailures: false,
      startingPosition: { kind: 'TRIM_HORIZON' },
      filters: [],
      onFailureBucket: undefined,
    });
    expect(mappings[1]).toMatchObject({
      batchSize: 10_000,
      batchingWindowMs: 1000,
      maximumRetryAttempts: 3,
      maximumRecordAgeSeconds: 60,
      bisectOnError: true,
      reportsItemFailures: true,
      startingPosition: { kind: 'AT_TIMESTAMP', timestampMs: 1500 },
      filters: [{ partitionKey: ['a'] }],
      onFailureBucket: 'main-lake',
    });
  });

  test('schedules, asynchronous invocation, aliases', () => {
    const { schedules, asyncConfigs } = model({
      Fn: lambda({ FunctionName: 'sweep' }),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
      Alias: { Type: 'AWS::Lambda::Alias', Properties: { FunctionName: { Ref: 'Fn' }, Name: 'live' } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          ScheduleExpression: 'rate(1 minute)',
          Targets: [{ Id: 'T', Arn: { Ref: 'Alias' }, Input: '{"stage":"x"}' }],
        },
      },
      Off: {
        Type: 'AWS::Events::Rule',
        Properties: { ScheduleExpression: 'rate(1 minute)', State: 'DISABLED' },
      },
      Async: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST' },
      },
    });
    expect(schedules).toEqual([
      {
        name: 'Main-Rule',
        arn: 'arn:aws:events:us-east-1:000000000000:rule/Main-Rule',
        expression: 'rate(1 minute)',
        targets: [{ functionName: 'sweep', input: '{"stage":"x"}' }],
      },
    ]);
    expect(asyncConfigs).toEqual([
      {
        functionName: 'sweep',
        maximumRetryAttempts: 2,
        maximumEventAgeSeconds: 21_600,
        onFailureBucket: undefined,
      },
    ]);
  });

  test('routes of the HTTP API, integrations by ARN and by path', () => {
    const uri = { 'Fn::GetAtt': ['Fn', 'Arn'] };
    const integration = (IntegrationUri: unknown) => ({
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: { ApiId: { Ref: 'Api' }, IntegrationUri, PayloadFormatVersion: '2.0' },
    });
    const route = (RouteKey: string, target: string) => ({
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { RouteKey, Target: { 'Fn::Join': ['', ['integrations/', { Ref: target }]] } },
    });
    const { routes, leftOut } = model({
      Fn: lambda(),
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
      Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { StageName: '$default' } },
      ByArn: integration(uri),
      ByPath: integration({
        'Fn::Sub': [
          'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Arn}/invocations',
          { Arn: uri },
        ],
      }),
      A: route('GET /a/{id}', 'ByArn'),
      B: route('$default', 'ByPath'),
    });
    expect(routes).toEqual([
      { key: 'GET /a/{id}', functionName: 'Main-Fn', timeoutMs: 30_000 },
      { key: '$default', functionName: 'Main-Fn', timeoutMs: 30_000 },
    ]);
    expect(leftOut).toEqual([]);
  });
});

test('stacks see each other through exports', () => {
  const { functions } = modelOf(
    {
      stacks: [
        {
          name: 'Streams',
          template: {
            Resources: { Events: stream },
            Outputs: {
              Out: { Value: { Ref: 'Events' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-Events' } } },
            },
          },
        },
        {
          name: 'Functions',
          template: {
            Resources: {
              Fn: lambda({ Environment: { Variables: { S: { 'Fn::ImportValue': 'Streams-Events' } } } }),
            },
          },
        },
      ],
      assets: new Map(),
    },
    '',
  );
  expect(functions[0]?.environment).toEqual({ S: 'Streams-Events' });
});

test('parameters, mappings and conditions', () => {
  const { streams } = model(
    {
      Kept: {
        Type: 'AWS::Kinesis::Stream',
        Properties: { Name: { Ref: 'Name' }, ShardCount: { 'Fn::FindInMap': ['Shards', 'local', 'count'] } },
      },
      Dropped: { ...stream, Condition: 'IsProd' },
    },
    {
      Parameters: { Name: { Type: 'String', Default: 'from-parameter' } },
      Mappings: { Shards: { local: { count: 4 } } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Name' }, 'prod'] } },
    },
  );
  expect(streams).toEqual([{ name: 'from-parameter', shards: 4, retentionHours: 24 }]);
});

test('what is not run is said, what does not matter is not', () => {
  const { leftOut } = model({
    Role: { Type: 'AWS::IAM::Role' },
    Alarm: { Type: 'AWS::CloudWatch::Alarm' },
    Queue: { Type: 'AWS::SQS::Queue' },
    Fn: lambda(),
    Stream: stream,
    Parallel: mapping({
      TumblingWindowInSeconds: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:x:y:q' } },
    }),
    Pattern: { Type: 'AWS::Events::Rule', Properties: { EventPattern: {} } },
  });
  expect(leftOut).toEqual([
    'AWS::SQS::Queue Main/Queue',
    'event source mapping Parallel: its on-failure destination arn:aws:sqs:x:y:q; only S3 buckets are written to here',
    'rule Pattern: only schedules are run here, not event patterns',
  ]);
});

test.each([
  [{ Fn: lambda({ Timeout: 'soon' }) }, /Main\/Fn \(AWS::Lambda::Function\): .*Timeout/s],
  [
    { Fn: lambda({ Environment: { Variables: { A: { Ref: 'Nothing' } } } }) },
    /Main has no resource "Nothing"/,
  ],
  [{ Fn: lambda({ Handler: { 'Fn::ImportValue': 'Nobody' } }) }, /no stack exports "Nobody"/],
])('a template that cannot be run says why', (resources, message) => {
  expect(() => model(resources)).toThrow(message);
});
