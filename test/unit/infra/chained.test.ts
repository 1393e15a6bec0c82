import { expect, test } from 'vitest';
import {
  above,
  filterStage,
  max,
  pipeline,
  sum,
  tumbling,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { reading, samplePipelines } from './sample.ts';
import { read, resource, resources, synthesizeSample } from './support.ts';

const times = { outOfOrderness: '10 seconds', allowedLateness: '1 minute', key: 'meter' } as const;
const high = filterStage('high', { description: 'high', from: reading, where: above('watts', 100) });
const highPerMinute = windowStage('high-per-minute', {
  ...times,
  description: 'per minute',
  from: high,
  window: tumbling('1 minute'),
  values: { watts: sum('watts') },
});
const highest = windowStage('highest', {
  ...times,
  description: 'per hour',
  from: highPerMinute,
  window: tumbling('1 hour'),
  values: { watts: max('watts') },
});
const [, doors] = samplePipelines;
const chained = pipeline('meter-readings', {
  description: 'readings',
  types: [reading],
  stages: [high, highPerMinute, highest],
});
const assembly = synthesizeSample({ environment: 'prod', pipelines: [chained, doors!] });

const at = 'Processing/MeterReadings';
const EVENTS = 'Streams/MeterReadings/Events';
const RESULTS = 'Streams/MeterReadings/Results';
const FILTERED = 'Streams/MeterReadings/FilteredHigh';

function variables(path: string): Record<string, string> {
  const { stack, properties } = resource(assembly, `${at}/${path}/Function`);
  return Object.fromEntries(
    Object.entries(properties.Environment.Variables).map(([name, value]) => [
      name,
      read(assembly, stack, value),
    ]),
  );
}

function allowed(path: string): string[] {
  const { stack, properties } = resource(assembly, `${at}/${path}/Role/DefaultPolicy`);
  const statements: { Action: string | string[]; Resource: unknown }[] = properties.PolicyDocument.Statement;
  const lines = statements.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((target) => `${action} ${read(assembly, stack, target)}`)),
  );
  return [...new Set(lines)].filter((line) => !line.startsWith('logs:')).sort();
}

const consumed = (stream: string) =>
  ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'].map(
    (call) => `kinesis:${call} ${stream}`,
  );

test('a filter stage has a stream of its own, with the alarms of the others', () => {
  const streams = resources(assembly, 'AWS::Kinesis::Stream').map(({ path }) => path);
  expect(streams).toContain(FILTERED);
  const alarmsOf = (name: string) =>
    resources(assembly, 'AWS::CloudWatch::Alarm').filter(({ path }) =>
      path.startsWith(`Streams/MeterReadings/${name}`),
    ).length;
  expect(alarmsOf('Filtered')).toBe(alarmsOf('Results'));
});

test('each stage is fed from what it is declared to read', () => {
  const fed = resources(assembly, 'AWS::Lambda::EventSourceMapping').map(({ stack, path, properties }) => [
    path,
    read(assembly, stack, properties.EventSourceArn),
  ]);
  expect(fed).toEqual(
    expect.arrayContaining([
      [`${at}/High/Input/Mapping`, EVENTS],
      [`${at}/HighPerMinute/Events/Mapping`, FILTERED],
      [`${at}/Highest/Events/Mapping`, RESULTS],
    ]),
  );
  const { properties } = resource(assembly, `${at}/High/Input/Mapping`);
  expect(properties).toMatchObject({
    ParallelizationFactor: 1,
    BisectBatchOnFunctionError: false,
    MaximumRetryAttempts: -1,
  });
});

test('functions know their streams', () => {
  expect(variables('High/Filter')).toEqual({
    POWERTOOLS_SERVICE_NAME: 'filter',
    MILLRACE_DEPLOYMENT: 'millrace-prod',
    MILLRACE_PIPELINE: 'meter-readings',
    MILLRACE_STAGE: 'high',
    INPUT_STREAM: EVENTS,
    OUTPUT_STREAM: FILTERED,
    STATE_TABLE: 'Streams/Tables/State',
    LAKE_BUCKET: 'Streams/Lake',
    RETENTION_HOURS: '168',
  });
  expect(variables('HighPerMinute/Window').INPUT_STREAM).toBe(FILTERED);
  expect(variables('Highest/Window').INPUT_STREAM).toBe(RESULTS);
  const streams = { 'high-per-minute': FILTERED, highest: RESULTS, high: EVENTS };
  expect(JSON.parse(variables('Fire').STAGE_STREAMS ?? '')).toEqual(streams);
  expect(JSON.parse(variables('Sweep').STAGE_STREAMS ?? '')).toEqual(streams);
});

test('a filter may read its input, write its output, note how far it is and set aside', () => {
  expect(allowed('High/Filter')).toEqual(
    [
      ...consumed(EVENTS),
      `kinesis:PutRecords ${FILTERED}`,
      'dynamodb:GetItem Streams/Tables/State',
      'dynamodb:UpdateItem Streams/Tables/State',
      's3:ListBucket Streams/Lake',
      's3:PutObject Streams/Lake/aws/lambda/*',
      's3:PutObject Streams/Lake/rejected/*',
    ].sort(),
  );
});

test('firing looks into the streams that window stages read, sweeping also into those that filters read, and neither into others', () => {
  const streams = (path: string) => allowed(path).filter((line) => line.startsWith('kinesis:'));
  expect(streams('Fire')).toEqual(
    [
      `kinesis:ListShards ${FILTERED}`,
      `kinesis:ListShards ${RESULTS}`,
      `kinesis:PutRecords ${RESULTS}`,
    ].sort(),
  );
  expect(streams('Sweep')).toEqual(
    [EVENTS, FILTERED, RESULTS]
      .flatMap((stream) =>
        ['GetRecords', 'GetShardIterator', 'ListShards'].map((call) => `kinesis:${call} ${stream}`),
      )
      .sort(),
  );
});
