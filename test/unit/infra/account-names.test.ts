import { expect, test } from 'vitest';
import type { Assembly } from '../../../infra/assembly.ts';
import { personalPipelines, samplePipelines } from './sample.ts';
import { resources, synthesizeSample } from './support.ts';

/** Properties in which a resource names itself: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html */
const NAMING = /^(Name|[A-Z]\w*Name)$/;
/** Names that are unique within something else, or refer to something else, and so cannot be taken. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  'AWS::Athena::NamedQuery': ['Name'],
  'AWS::ApiGatewayV2::Api': ['Name'],
  'AWS::ApiGatewayV2::Authorizer': ['Name'],
  'AWS::ApiGatewayV2::Stage': ['StageName'],
  'AWS::CloudWatch::Alarm': ['MetricName'],
  'AWS::Glue::Table': ['DatabaseName'],
  'AWS::IAM::Policy': ['PolicyName'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName'],
  'AWS::Lambda::EventSourceMapping': ['FunctionName'],
  'AWS::Lambda::Permission': ['FunctionName'],
  'AWS::SNS::Topic': ['DisplayName'],
};

/** Every name that must be free in the account, with the type whose names it is among. */
const namesOf = (assembly: Assembly): string[] => [
  ...assembly.stacks.map(({ stackName }) => `stack ${stackName}`),
  ...assembly.stacks.flatMap(({ template }) =>
    Object.values(template.Outputs ?? {}).flatMap(({ Export }) =>
      Export ? [`export ${String(Export.Name)}`] : [],
    ),
  ),
  ...resources(assembly).flatMap(({ type, properties }) =>
    Object.entries({ ...properties, ...properties.DatabaseInput })
      .filter(
        ([name, value]) => NAMING.test(name) && typeof value === 'string' && !WITHIN[type]?.includes(name),
      )
      .map(([, value]) => `${type} ${value}`),
  ),
];

const pipelines = [...samplePipelines, ...personalPipelines];
const deployed = (prefix: string, environment: string) =>
  namesOf(synthesizeSample({ prefix, environment, pipelines }));

test('no two deployments in one account share a name, however alike theirs are', () => {
  // A prefix that ends like an environment, and a pipeline that begins like one, are where naming by joining goes wrong.
  const all = [deployed('a', 'dev'), deployed('a', 'prod'), deployed('a-dev', 'prod'), deployed('b', 'dev')];
  for (const names of all) expect(new Set(names).size).toBe(names.length);
  expect(new Set(all.flat()).size).toBe(all.flat().length);
});

test('what holds data has the name of its deployment, and says what it is', () => {
  expect(
    deployed('shop', 'prod').filter((name) => /^AWS::(Kinesis|DynamoDB|SNS|SecretsManager)::/.test(name)),
  ).toEqual([
    'AWS::SNS::Topic shop-prod_alarms',
    ...['state', 'results', 'keys', 'senders'].map((table) => `AWS::DynamoDB::Table shop-prod_${table}`),
    ...['meter-readings', 'doors', 'visits'].flatMap((pipeline) =>
      ['events', 'results', 'late'].map((stream) => `AWS::Kinesis::Stream shop-prod_${pipeline}_${stream}`),
    ),
    'AWS::SecretsManager::Secret shop-prod_pseudonyms',
  ]);
});

test('there are no custom resources, which would need functions of their own', () => {
  const custom = resources(synthesizeSample()).filter(({ type }) => /^Custom::|CustomResource/.test(type));
  expect(custom).toEqual([]);
});
