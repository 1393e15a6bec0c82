import { describe, expect, test } from 'vitest';
import { alertStage, filterStage, pipeline } from '../../../shared/pipeline/index.ts';
import { reading, samplePipelines } from './sample.ts';
import { read, resource, resources, synthesizeSample } from './support.ts';

const prod = synthesizeSample({ environment: 'prod' });
const alarms = resources(prod, 'AWS::CloudWatch::Alarm');

const ofScope = (scope: string) =>
  Object.fromEntries(
    alarms
      .filter(({ path }) => path.slice(0, path.lastIndexOf('/')) === scope)
      .map((alarm) => [alarm.path.slice(scope.length + 1), alarm.properties]),
  );

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
  expect(silent.map(({ path }) => path).filter((path) => !path.endsWith('/HeartbeatMissing'))).toEqual([
    'Processing/Lake/Often/Missed',
    ...['MeterReadings', 'Doors'].flatMap((name) => [
      `Processing/${name}/Beating/Missed`,
      `Processing/${name}/EveryMinute/Missed`,
    ]),
  ]);
});

describe('heartbeats', () => {
  const low = filterStage('low', { description: 'low', from: reading, where: () => true });
  const told = alertStage('told', { description: 'told', from: low, message: 'm', quiet: '1 hour' });
  const filtered = pipeline('filtered', { description: 'p', types: [reading], stages: [low, told] });
  const all = [...samplePipelines.slice(1), filtered];
  const watched = resources(
    synthesizeSample({ environment: 'prod', pipelines: all }),
    'AWS::CloudWatch::Alarm',
  );
  const named = (name: string) =>
    Object.fromEntries(
      [...watched, ...alarms].flatMap(({ path, properties }) =>
        path.endsWith(`/${name}`) ? [[path.slice('Processing/'.length, -name.length - 1), properties]] : [],
      ),
    );
  const paths = [
    ...['Doors/Land', 'Doors/Openings/Firing', 'Doors/Openings/Window'],
    ...['Filtered/Land', 'Filtered/Low/Filter', 'Filtered/Told/Alert'],
    ...['MeterReadings/Land', 'MeterReadings/Materialize'],
    ...['PerMeter', 'PerSite'].flatMap((stage) => [
      `MeterReadings/${stage}/Firing`,
      `MeterReadings/${stage}/Window`,
    ]),
  ];

  test('that do not come for five minutes are an alarm of every function that should meet them', () => {
    const missing = named('HeartbeatMissing');
    expect(Object.keys(missing).sort()).toEqual(paths);
    for (const path of paths) {
      expect(missing[path]).toMatchObject({
        ...{ Namespace: 'Millrace', MetricName: 'HeartbeatAge', Statistic: 'SampleCount', Period: 60 },
        ...{ ComparisonOperator: 'LessThanThreshold', Threshold: 1, TreatMissingData: 'breaching' },
        ...{ EvaluationPeriods: 5, DatapointsToAlarm: 5 },
      });
    }
  });

  test('that take over a minute for five are one, too, with what landing gathers on top', () => {
    const slow = named('HeartbeatSlow');
    expect(Object.keys(slow).sort()).toEqual(paths);
    for (const path of paths) {
      expect(slow[path]).toMatchObject({
        ...{ MetricName: 'HeartbeatAge', Statistic: 'Maximum', Period: 60, TreatMissingData: 'notBreaching' },
        ...{ ComparisonOperator: 'GreaterThanOrEqualToThreshold', DatapointsToAlarm: 5 },
        Threshold: path.endsWith('/Land') ? 120_000 : 60_000,
      });
    }
  });

  test('are told apart by the stage or pipeline', () => {
    const dimensions = (path: string) =>
      Object.fromEntries(
        (named('HeartbeatSlow')[path].Dimensions as { Name: string; Value: string }[]).map((each) => [
          each.Name,
          each.Value,
        ]),
      );
    const environment = 'millrace-prod';
    expect(dimensions('Doors/Openings/Firing')).toEqual({ environment, service: 'fire', stage: 'openings' });
    expect(dimensions('Doors/Openings/Window')).toEqual({
      environment,
      service: 'window',
      stage: 'openings',
    });
    expect(dimensions('Filtered/Low/Filter')).toEqual({ environment, service: 'filter', stage: 'low' });
    expect(dimensions('Filtered/Told/Alert')).toEqual({ environment, service: 'alert', stage: 'told' });
    expect(dimensions('Doors/Land')).toEqual({ environment, service: 'land', pipeline: 'doors' });
  });
});

test('one failed run of the compaction is an alarm: there are four an hour', () => {
  expect(ofScope('Processing/Lake/Compact').Errors).toMatchObject({
    MetricName: 'Errors',
    Period: 900,
    EvaluationPeriods: 1,
    Threshold: 1,
  });
  expect(ofScope('Processing/Lake/Often').Missed).toMatchObject({ Period: 900, EvaluationPeriods: 3 });
});

test('stages and ingestion have alarms for what they set aside or refuse, and stages for time that is held', () => {
  for (const scope of ['MeterReadings/PerMeter', 'MeterReadings/PerSite', 'Doors/Openings']) {
    const { Rejected, Held } = ofScope(`Processing/${scope}`);
    expect(Rejected).toMatchObject({ Threshold: 10, ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
    const [ratio] = Rejected.Metrics;
    expect(ratio.Expression).toBe(
      'IF(part + other0 + other1 + other2 >= 20, 100 * part / (part + other0 + other1 + other2), 0)',
    );
    expect(Held).toMatchObject({ MetricName: 'WatermarkHeld', Threshold: 300_000, DatapointsToAlarm: 3 });
  }
  const { Rejects, NotStored } = ofScope('Ingestion/Ingest');
  expect(Rejects).toMatchObject({ Threshold: 10 });
  expect(NotStored).toMatchObject({ MetricName: 'EventsNotStored', DatapointsToAlarm: 3 });
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
  const dev = synthesizeSample({ environment: 'dev', heartbeat: true });
  expect(resources(dev, 'AWS::CloudWatch::Alarm')).toHaveLength(alarms.length);
  expect(
    resources(dev, 'AWS::CloudWatch::Alarm').every(({ properties }) => properties.AlarmActions === undefined),
  ).toBe(true);
  expect(resources(dev, 'AWS::SNS::Topic')).toEqual([]);
  expect(resources(synthesizeSample({ environment: 'local' }), 'AWS::CloudWatch::Alarm')).toEqual([]);
});
