import { describe, expect, test } from 'vitest';
import { type Found, read, resource, resources, synthesizeSample } from './support.ts';

const prod = synthesizeSample({ environment: 'prod' });
const alarms = resources(prod, 'AWS::CloudWatch::Alarm');

const dimension = ({ stack, properties }: Found): [string, string] => {
  expect(properties.Dimensions).toHaveLength(1);
  const [{ Name, Value }] = properties.Dimensions;
  return [Name, read(prod, stack, Value)];
};
const ofScope = (scope: string) =>
  Object.fromEntries(
    alarms
      .filter(({ path }) => path.slice(0, path.lastIndexOf('/')) === scope)
      .map((alarm) => [alarm.path.slice(scope.length + 1), alarm.properties]),
  );

test('every alarm watches something that exists', () => {
  const types: Record<string, string> = {
    FunctionName: 'AWS::Lambda::Function',
    EventSourceMappingUUID: 'AWS::Lambda::EventSourceMapping',
    StreamName: 'AWS::Kinesis::Stream',
    RuleName: 'AWS::Events::Rule',
    ApiId: 'AWS::ApiGatewayV2::Api',
  };
  for (const alarm of alarms) {
    const [name, path] = dimension(alarm);
    expect([alarm.path, resource(prod, path).type]).toEqual([alarm.path, types[name]]);
  }
});

test('every alarm is on a metric that AWS publishes with that dimension', () => {
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and the pages that the alarms name
  const published = [
    ...['Errors', 'Throttles', 'Duration', 'Invocations', 'IteratorAge'].map(
      (name) => `AWS/Lambda FunctionName ${name}`,
    ),
    ...['DestinationDeliveryFailures', 'AsyncEventsDropped'].map((name) => `AWS/Lambda FunctionName ${name}`),
    'AWS/Lambda EventSourceMappingUUID DroppedEventCount',
    'AWS/Lambda EventSourceMappingUUID OnFailureDestinationDeliveredEventCount',
    'AWS/Kinesis StreamName WriteProvisionedThroughputExceeded',
    'AWS/Events RuleName FailedInvocations',
    'AWS/ApiGateway ApiId 5xx',
  ];
  const used = alarms.map((alarm) => {
    const { Namespace, MetricName } = alarm.properties;
    return `${Namespace} ${dimension(alarm)[0]} ${MetricName}`;
  });
  expect([...new Set(used)].sort()).toEqual(published.sort());
});

test('every function has alarms for errors, throttles and duration', () => {
  for (const { path, properties } of resources(prod, 'AWS::Lambda::Function')) {
    const { Errors, Throttles, Slow } = ofScope(path.replace(/\/Function$/, ''));
    expect(Errors).toMatchObject({ MetricName: 'Errors', Threshold: 1 });
    expect(Throttles).toMatchObject({ MetricName: 'Throttles', Threshold: 1 });
    expect(Slow).toMatchObject({
      MetricName: 'Duration',
      Threshold: properties.Timeout * 800,
      Statistic: 'Maximum',
    });
  }
});

describe('consumers', () => {
  const consumers = resources(prod, 'AWS::Lambda::EventSourceMapping').map(({ path }) =>
    path.replace(/\/Mapping$/, ''),
  );

  test.each(consumers)('%s tells when it is behind and when it gives up', (scope) => {
    expect(ofScope(scope)).toMatchObject({
      Behind: { MetricName: 'IteratorAge', Threshold: 60_000, EvaluationPeriods: 3, DatapointsToAlarm: 3 },
      // A tenth of seven days.
      InDanger: { MetricName: 'IteratorAge', Threshold: 60_480_000, EvaluationPeriods: 1 },
      GaveUp: { MetricName: 'OnFailureDestinationDeliveredEventCount', Threshold: 1 },
      Dropped: { MetricName: 'DroppedEventCount', Threshold: 1 },
      NotKept: { MetricName: 'DestinationDeliveryFailures', Threshold: 1 },
    });
  });
});

test('a sweep that does not happen is an alarm, and no data means that it did not happen', () => {
  expect(ofScope('Processing/Doors/EveryMinute')).toMatchObject({
    Missed: {
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    },
    NotInvoked: { MetricName: 'FailedInvocations', Threshold: 1 },
  });
  const silent = alarms.filter(({ properties }) => properties.TreatMissingData !== 'notBreaching');
  expect(silent.map(({ path }) => path)).toEqual([
    'Processing/Lake/Missed',
    'Processing/MeterReadings/EveryMinute/Missed',
    'Processing/Doors/EveryMinute/Missed',
  ]);
});

test('one run of compaction that fails is an alarm: the next one is a quarter of an hour away', () => {
  const alarm = alarms.find(({ path }) => path === 'Processing/Lake/HoursNotCompacted');
  expect(alarm?.properties).toMatchObject({
    MetricName: 'Errors',
    Threshold: 1,
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
  });
});

test('every alarm says what has happened and tells the topic', () => {
  for (const { stack, properties } of alarms) {
    expect(properties.AlarmDescription).toMatch(/: .+\.|\. .+\./);
    expect(properties.AlarmActions.map((action: unknown) => read(prod, stack, action))).toEqual([
      'Streams/Alarms',
    ]);
  }
});

test('the topic takes alarms of this account, over TLS only', () => {
  const statements = resource(prod, 'Streams/Alarms/Policy').properties.PolicyDocument.Statement;
  expect(statements).toEqual([
    expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    expect.objectContaining({
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    }),
  ]);
});

test('alarms are silent in dev and absent from local', () => {
  const dev = synthesizeSample({ environment: 'dev' });
  expect(resources(dev, 'AWS::CloudWatch::Alarm')).toHaveLength(alarms.length);
  expect(
    resources(dev, 'AWS::CloudWatch::Alarm').every(({ properties }) => properties.AlarmActions === undefined),
  ).toBe(true);
  expect(resources(dev, 'AWS::SNS::Topic')).toEqual([]);
  expect(resources(synthesizeSample({ environment: 'local' }), 'AWS::CloudWatch::Alarm')).toEqual([]);
});
