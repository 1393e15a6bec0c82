import { loadAssembly } from './assembly.ts';
import { arnOf } from './attributes.ts';
import { asyncSpec, functionSpec, mappingSpec } from './compute.ts';
import type { Model } from './model.ts';
import { type Resource, resolveOutputs, resolveResources } from './scopes.ts';
import { secretSpec, streamSpec, tableSpec } from './stores.ts';
import { corsSpec, routeSpecs, scheduleSpec } from './triggers.ts';
import type { Assembly } from './types.ts';

const RUN = new Set([
  'AWS::Kinesis::Stream',
  'AWS::DynamoDB::Table',
  'AWS::DynamoDB::GlobalTable',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::Lambda::Function',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Events::Rule',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::SecretsManager::Secret',
]);

/**
 * Types without which everything works the same on one machine: permissions, encryption, watching, naming; and the lake's
 * catalogue, since DuckDB reads the lake where it lies.
 */
const FINE = new RegExp(
  `^(${[
    'AWS::IAM::',
    'AWS::KMS::',
    'AWS::Glue::',
    'AWS::Athena::',
    'AWS::Logs::',
    'AWS::CloudWatch::',
    'AWS::CDK::Metadata$',
    'AWS::Lambda::(Permission|Version|Alias|LayerVersion)$',
    'AWS::S3::BucketPolicy$',
    'AWS::SNS::(Topic|TopicPolicy)$',
    'AWS::ApiGatewayV2::Stage$',
    'AWS::Kinesis::ResourcePolicy$',
  ].join('|')})`,
);

/**
 * Reads a cloud assembly from disk and finds what a local run has to run.
 *
 * @param apiUrl - where the HTTP API will be served
 * @throws TemplateError when the assembly cannot be read or refers to what it does not have
 */
export function loadModel(directory: string, apiUrl: string): Model {
  return modelOf(loadAssembly(directory), apiUrl);
}

/** As {@link loadModel}, from an assembly in memory. */
export function modelOf(assembly: Assembly, apiUrl: string): Model {
  const resources = resolveResources(assembly, apiUrl, (type) => RUN.has(type));
  const leftOut = resources
    .filter(({ type }) => !RUN.has(type) && !FINE.test(type))
    .map(({ type, stack, logicalId }) => `${type} ${stack}/${logicalId}`);
  const of = (...types: string[]): Resource[] => resources.filter(({ type }) => types.includes(type));
  return {
    streams: of('AWS::Kinesis::Stream').map(streamSpec),
    tables: of('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').map(tableSpec),
    buckets: of('AWS::S3::Bucket').map(({ name }) => name),
    topics: of('AWS::SNS::Topic').map(arnOf),
    functions: of('AWS::Lambda::Function').map((resource) => functionSpec(resource, assembly.assets)),
    mappings: of('AWS::Lambda::EventSourceMapping')
      .map((resource) => mappingSpec(resource, leftOut))
      .filter((mapping) => mapping !== undefined),
    asyncConfigs: of('AWS::Lambda::EventInvokeConfig').map((resource) => asyncSpec(resource, leftOut)),
    schedules: of('AWS::Events::Rule')
      .map((resource) => scheduleSpec(resource, leftOut))
      .filter((schedule) => schedule !== undefined),
    routes: routeSpecs(resources, leftOut),
    cors: corsSpec(resources),
    secrets: of('AWS::SecretsManager::Secret').map(secretSpec),
    outputs: resolveOutputs(assembly, apiUrl),
    leftOut,
  };
}
