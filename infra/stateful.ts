import type { Template } from './assembly.ts';

/** Types whose resources hold what no deployment can bring back, or what others know by name: replacing one loses it. */
export const STATEFUL_TYPES = [
  'AWS::ApiGatewayV2::Api',
  'AWS::DynamoDB::Table',
  'AWS::KMS::Key',
  'AWS::Kinesis::Stream',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SecretsManager::Secret',
] as const;

/** Types that a deployment makes again from the declaration alone; logs and dashboards are in their place, not part of it. */
export const STATELESS_TYPES = [
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::Athena::NamedQuery',
  'AWS::Athena::WorkGroup',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Events::Rule',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
] as const;

/** The stateful resources of a template: logical id -> type. */
export const statefulResources = ({ Resources }: Template): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(Resources)
      .map(([logicalId, { Type }]) => [logicalId, Type] as const)
      .filter(([, type]) => STATEFUL_TYPES.some((stateful) => stateful === type)),
  );
