import { expect, test } from 'vitest';
import { STATEFUL_TYPES, STATELESS_TYPES, statefulResources } from '../../../infra/stateful.ts';
import { resources, synthesizeSample } from './support.ts';

const prod = synthesizeSample({ environment: 'prod' });

// CloudFormation takes a resource with another logical id for another resource: it creates an empty one and gives up, or deletes,
// the one that has the data. A line may be added here; one that changes loses somebody's data.
test('what holds data keeps its logical id', () => {
  expect(
    Object.fromEntries(prod.stacks.map(({ id, template }) => [id, statefulResources(template)])),
  ).toEqual({
    Streams: {
      Alarms04B5A0BF: 'AWS::SNS::Topic',
      TablesState705891C2: 'AWS::DynamoDB::Table',
      TablesResultsD85FCDF1: 'AWS::DynamoDB::Table',
      TablesKeys6B5A3ABF: 'AWS::DynamoDB::Table',
      TablesSenders9DF322D9: 'AWS::DynamoDB::Table',
      Lake5F1B88EA: 'AWS::S3::Bucket',
      MeterReadingsEventsAA6E8D20: 'AWS::Kinesis::Stream',
      MeterReadingsResults17DC24CD: 'AWS::Kinesis::Stream',
      MeterReadingsLate71F9C956: 'AWS::Kinesis::Stream',
      DoorsEvents9656B6AC: 'AWS::Kinesis::Stream',
      DoorsResults232E00A8: 'AWS::Kinesis::Stream',
      DoorsLate83BCB357: 'AWS::Kinesis::Stream',
    },
    Ingestion: { HttpApi4E1D4184: 'AWS::ApiGatewayV2::Api' },
    Processing: {},
    Query: {},
    Analytics: { Results25575328: 'AWS::S3::Bucket' },
  });
});

test('every type of resource is known to hold data or not to', () => {
  const known: readonly string[] = [...STATEFUL_TYPES, ...STATELESS_TYPES];
  const unknown = resources(prod).flatMap(({ type, path }) =>
    known.includes(type) ? [] : [`${type} ${path}`],
  );
  expect(unknown).toEqual([]);
});
