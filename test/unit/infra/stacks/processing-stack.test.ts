import { describe, expect, test } from 'vitest';
import { count, pipeline, tumbling, windowStage } from '../../../../shared/pipeline/index.ts';
import { reading, samplePipelines } from '../sample.ts';
import { read, resource, resources, synthesizeSample } from '../support.ts';

const assembly = synthesizeSample({ environment: 'dev' });
const mapping = (path: string) => resource(assembly, path).properties;

describe('window stages', () => {
  const stages = ['MeterReadings/PerMeter', 'MeterReadings/PerSite', 'Doors/Openings'];

  test.each(stages)('%s is fed strictly in order, until the stream forgets', (stage) => {
    const { EventSourceArn, FunctionName, DestinationConfig, ...settings } = mapping(
      `Processing/${stage}/Events/Mapping`,
    );
    expect(settings).toEqual({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 10_000,
      MaximumBatchingWindowInSeconds: 1,
      ParallelizationFactor: 1,
      BisectBatchOnFunctionError: false,
      MaximumRetryAttempts: -1,
      MaximumRecordAgeInSeconds: -1,
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    const [pipelineName] = stage.split('/');
    expect(read(assembly, 'Processing', EventSourceArn)).toBe(`Streams/${pipelineName}/Events`);
    expect(read(assembly, 'Processing', FunctionName)).toBe(`Processing/${stage}/Window/Function`);
    expect(read(assembly, 'Processing', DestinationConfig.OnFailure.Destination)).toBe('Streams/Lake');
  });

  test('share one bundle and know their stage from their environment', () => {
    const functions = stages.map((stage) => mapping(`Processing/${stage}/Window/Function`));
    expect(new Set(functions.map(({ Code }) => Code.S3Key)).size).toBe(1);
    expect(functions.map(({ Environment }) => Environment.Variables.MILLRACE_STAGE)).toEqual([
      'per-meter',
      'per-site',
      'openings',
    ]);
  });
});

describe('results', () => {
  test('reach the table record by record: a bad one is isolated, retried a while and kept', () => {
    const { EventSourceArn, FunctionName, DestinationConfig, ...settings } = mapping(
      'Processing/MeterReadings/Results/Mapping',
    );
    expect(settings).toEqual({
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 5_000,
      MaximumBatchingWindowInSeconds: 0,
      ParallelizationFactor: 4,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 30,
      MaximumRecordAgeInSeconds: -1,
      MetricsConfig: { Metrics: ['EventCount'] },
    });
    expect(read(assembly, 'Processing', EventSourceArn)).toBe('Streams/MeterReadings/Results');
    expect(read(assembly, 'Processing', FunctionName)).toBe('Processing/MeterReadings/Materialize/Function');
    expect(read(assembly, 'Processing', DestinationConfig.OnFailure.Destination)).toBe('Streams/Lake');
  });

  test('of a pipeline without a materialized stage reach no table', () => {
    expect(resources(assembly).filter(({ path }) => path.startsWith('Processing/Doors/Materialize'))).toEqual(
      [],
    );
  });
});

test('every mapping waits for the permissions of its function', () => {
  for (const { resource: each, path } of resources(assembly, 'AWS::Lambda::EventSourceMapping')) {
    expect([path, (each.DependsOn as string[]).some((id) => id.includes('RoleDefaultPolicy'))]).toEqual([
      path,
      true,
    ]);
  }
});

describe('firing', () => {
  test('hints are tried once, not queued for longer than a minute, and kept when they fail', () => {
    const configs = resources(assembly, 'AWS::Lambda::EventInvokeConfig');
    expect(configs.map(({ stack, properties }) => read(assembly, stack, properties.FunctionName))).toEqual([
      'Processing/Lake/Compact/Function',
      'Processing/MeterReadings/Fire/Function',
      'Processing/MeterReadings/Sweep/Function',
      'Processing/Doors/Fire/Function',
      'Processing/Doors/Sweep/Function',
    ]);
    for (const { stack, properties } of configs) {
      expect(properties).toMatchObject({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 });
      expect(read(assembly, stack, properties.DestinationConfig.OnFailure.Destination)).toBe('Streams/Lake');
    }
  });

  test('the sweeper runs every minute, once per pipeline', () => {
    const rules = resources(assembly, 'AWS::Events::Rule').filter(({ path }) => !path.includes('/Lake/'));
    expect(rules.map(({ path }) => path)).toEqual([
      'Processing/MeterReadings/EveryMinute',
      'Processing/Doors/EveryMinute',
    ]);
    for (const { path, properties } of rules) {
      expect(properties.ScheduleExpression).toBe('rate(1 minute)');
      expect(properties.Targets).toHaveLength(1);
      expect(read(assembly, 'Processing', properties.Targets[0].Arn)).toBe(
        path.replace('EveryMinute', 'Sweep/Function'),
      );
    }
  });
});

describe('heartbeats', () => {
  const measured = synthesizeSample({ environment: 'dev', heartbeat: true });

  test('are sent every minute into each pipeline, and not again', () => {
    const rules = resources(measured, 'AWS::Events::Rule').filter(({ path }) => path.endsWith('/Beating'));
    expect(rules.map(({ path }) => path)).toEqual([
      'Processing/MeterReadings/Beating',
      'Processing/Doors/Beating',
    ]);
    for (const { path, properties } of rules) {
      expect(properties.ScheduleExpression).toBe('rate(1 minute)');
      expect(read(measured, 'Processing', properties.Targets[0].Arn)).toBe(
        path.replace('Beating', 'Heartbeat/Function'),
      );
    }
    expect(resource(measured, 'Processing/Doors/Heartbeat/Once').properties).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test('where they are not wanted add nothing', () => {
    const prod = synthesizeSample({ environment: 'prod', heartbeat: false });
    for (const quiet of [assembly, synthesizeSample({ environment: 'local' }), prod]) {
      const found = resources(quiet).filter(({ path }) => /heartbeat|beating|firing/i.test(path));
      expect(found.map(({ path }) => path)).toEqual([]);
    }
  });
});

test('a stage that is declared is deployed: nothing else has to change', () => {
  const [first, ...others] = samplePipelines;
  const declared = pipeline('meter-readings', {
    ...first!,
    stages: [
      ...first!.stages,
      windowStage('per-hour', {
        description: 'one more',
        from: reading,
        key: 'meter',
        window: tumbling('1 hour'),
        outOfOrderness: '0 seconds',
        allowedLateness: '0 seconds',
        values: { readings: count() },
      }),
    ],
  });
  const added = resources(synthesizeSample({ environment: 'dev', pipelines: [declared, ...others] }))
    .map(({ path }) => path)
    .filter((path) => !resources(assembly).some((known) => known.path === path));
  expect(added).toContain('Processing/MeterReadings/PerHour/Window/Function');
  expect(added).toContain('Processing/MeterReadings/PerHour/Events/Mapping');
  expect(added.every((path) => path.startsWith('Processing/MeterReadings/PerHour/'))).toBe(true);
});
