import { expect, test } from 'vitest';
import { alertStage, pipeline } from '../../../shared/pipeline/index.ts';
import { reading, samplePipelines } from './sample.ts';
import { read, resource, resources, synthesizeSample } from './support.ts';

const [meters, doors] = samplePipelines as [(typeof samplePipelines)[0], (typeof samplePipelines)[0]];
const [perMeter] = meters.stages;
if (perMeter?.kind !== 'window') throw new Error('the sample begins with a window stage');
const alerting = pipeline('meter-readings', {
  ...meters,
  stages: [
    ...meters.stages,
    alertStage('peak', { description: 'a peak', from: perMeter, message: '{meter}', quiet: '1 hour' }),
    alertStage('surge', { description: 'a surge', from: reading, message: '{meter}', quiet: '1 hour' }),
  ],
});
const pipelines = [alerting, doors];
const prod = synthesizeSample({ environment: 'prod', pipelines, validate: true });
const TOPIC = 'Streams/MeterReadingsAlerts';

test('a pipeline with alerts has one topic for them, beside its streams, encrypted, over TLS only', () => {
  const topics = resources(prod, 'AWS::SNS::Topic').map(({ path }) => path);
  expect(topics).toEqual(['Streams/Alarms', TOPIC]);
  const { properties } = resource(prod, TOPIC);
  expect(JSON.stringify(properties.KmsMasterKeyId)).toContain(':alias/aws/sns');
  expect(resource(prod, `${TOPIC}/Policy`).properties.PolicyDocument.Statement).toEqual([
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
  ]);
});

test('its ARN is an output', () => {
  const outputs = prod.stacks.find(({ id }) => id === 'Streams')?.template.Outputs ?? {};
  const { Value } = outputs.MeterReadingsAlertTopic ?? {};
  expect(read(prod, 'Streams', Value)).toBe(TOPIC);
  expect(Object.keys(outputs)).not.toContain('DoorsAlertTopic');
});

test.each([
  ['Peak', 'peak', 'Results'],
  ['Surge', 'surge', 'Events'],
])('%s reads its input in order, for as long as the stream keeps it', (scope, stage, stream) => {
  const at = `Processing/MeterReadings/${scope}`;
  const { EventSourceArn, FunctionName, DestinationConfig, ...settings } = resource(
    prod,
    `${at}/Input/Mapping`,
  ).properties;
  expect(settings).toEqual({
    StartingPosition: 'TRIM_HORIZON',
    BatchSize: 1_000,
    MaximumBatchingWindowInSeconds: 0,
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
    MaximumRecordAgeInSeconds: -1,
    MetricsConfig: { Metrics: ['EventCount'] },
  });
  expect(read(prod, 'Processing', EventSourceArn)).toBe(`Streams/MeterReadings/${stream}`);
  expect(read(prod, 'Processing', FunctionName)).toBe(`${at}/Alert/Function`);
  expect(read(prod, 'Processing', DestinationConfig.OnFailure.Destination)).toBe('Streams/Lake');
  const { POWERTOOLS_SERVICE_NAME, MILLRACE_DEPLOYMENT, ...variables } = resource(
    prod,
    `${at}/Alert/Function`,
  ).properties.Environment.Variables;
  expect([POWERTOOLS_SERVICE_NAME, MILLRACE_DEPLOYMENT]).toEqual(['alert', 'millrace-prod']);
  expect(
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, read(prod, 'Processing', value)]),
    ),
  ).toEqual({
    MILLRACE_PIPELINE: 'meter-readings',
    MILLRACE_STAGE: stage,
    STATE_TABLE: 'Streams/Tables/State',
    ALERT_TOPIC: TOPIC,
    LAKE_BUCKET: 'Streams/Lake',
    RETENTION_HOURS: '168',
  });
});

test('its function may publish to that topic, remember what it has sent, set aside, and nothing else', () => {
  const { properties } = resource(prod, 'Processing/MeterReadings/Peak/Alert/Role/DefaultPolicy');
  const allowed = properties.PolicyDocument.Statement.flatMap(
    ({ Action, Resource }: { Action: string | string[]; Resource: unknown }) =>
      [Action]
        .flat()
        .flatMap((action) => [Resource].flat().map((each) => `${action} ${read(prod, 'Processing', each)}`)),
  ).filter((line: string) => !line.startsWith('kinesis:') && !line.startsWith('logs:'));
  expect(allowed.sort()).toEqual([
    'dynamodb:GetItem Streams/Tables/State',
    'dynamodb:UpdateItem Streams/Tables/State',
    's3:ListBucket Streams/Lake',
    's3:PutObject Streams/Lake/aws/lambda/*',
    's3:PutObject Streams/Lake/rejected/*',
    `sns:Publish ${TOPIC}`,
  ]);
});

test('alarms tell when alerts are late, fail, or do not reach a subscriber', () => {
  const names = resources(prod, 'AWS::CloudWatch::Alarm').map(({ path }) => path);
  expect(names).toEqual(
    expect.arrayContaining([
      `${TOPIC}/NotDelivered`,
      'Processing/MeterReadings/Peak/Alert/Errors',
      'Processing/MeterReadings/Peak/Input/Behind',
      'Processing/MeterReadings/Peak/Input/InDanger',
    ]),
  );
  const alarm = resource(prod, `${TOPIC}/NotDelivered`).properties;
  expect(alarm).toMatchObject({
    Namespace: 'AWS/SNS',
    MetricName: 'NumberOfNotificationsFailed',
    Threshold: 1,
  });
  expect(alarm.Dimensions).toEqual([
    { Name: 'TopicName', Value: resource(prod, TOPIC).properties.TopicName },
  ]);
});

test('a pipeline of alerts alone needs no function for windows', () => {
  const only = pipeline('surges', {
    ...meters,
    stages: [alertStage('surge', { description: 'a', from: reading, message: 'm', quiet: '1 hour' })],
  });
  const paths = resources(synthesizeSample({ pipelines: [only] })).map(({ path }) => path);
  expect(paths).toContain('Processing/Surges/Surge/Alert/Function');
  expect(paths.filter((path) => /Fire|Sweep|Materialize/.test(path))).toEqual([]);
});
