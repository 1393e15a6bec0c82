import { z } from 'zod';
import { nameInArn } from '../place.ts';
import type { AsyncSpec, FunctionSpec, MappingSpec, StartingPosition } from './model.ts';
import { flag, number, read } from './properties.ts';
import type { Resource } from './scopes.ts';

const LambdaFunction = z.object({
  Code: z.object({ S3Key: z.string().optional() }),
  Handler: z.string().default('index.handler'),
  // Lambda's own defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
  Timeout: number.default(3),
  MemorySize: number.default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  ReservedConcurrentExecutions: number.optional(),
});

export function functionSpec(resource: Resource, assets: ReadonlyMap<string, string>): FunctionSpec {
  const { Code, Handler, Timeout, MemorySize, Environment, ReservedConcurrentExecutions } = read(
    resource,
    LambdaFunction,
  );
  return {
    name: resource.name,
    label: labelOf(resource),
    directory: Code.S3Key === undefined ? undefined : assets.get(Code.S3Key),
    handler: Handler,
    environment: Environment?.Variables ?? {},
    timeoutMs: Timeout * 1000,
    memoryMb: MemorySize,
    reservedConcurrency: ReservedConcurrentExecutions,
  };
}

/** `millrace-local-processing/NetworkTraffic/Fire/Function/Resource` -> `network-traffic-fire` */
function labelOf({ path, name }: Resource): string {
  const parts = (path ?? '')
    .split('/')
    .slice(1)
    .filter((part) => part !== 'Resource' && part !== 'Function');
  if (parts.length === 0) return name;
  return parts.map((part) => part.replace(/\B([A-Z])/g, '-$1').toLowerCase()).join('-');
}

const OnFailure = z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional();

const Mapping = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  Enabled: flag.default(true),
  BatchSize: number.default(100),
  MaximumBatchingWindowInSeconds: number.default(0),
  MaximumRetryAttempts: number.default(-1),
  MaximumRecordAgeInSeconds: number.default(-1),
  BisectBatchOnFunctionError: flag.default(false),
  TumblingWindowInSeconds: number.default(0),
  FunctionResponseTypes: z.array(z.string()).default([]),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST', 'AT_TIMESTAMP']).default('LATEST'),
  StartingPositionTimestamp: number.default(0),
  FilterCriteria: z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  DestinationConfig: OnFailure,
});

/**
 * A parallelization factor is not looked at: with one batch per shard at a time everything is only more in order.
 *
 * @returns `undefined`, with the reason among `leftOut`, when the source is not a Kinesis stream
 */
export function mappingSpec(resource: Resource, leftOut: string[]): MappingSpec | undefined {
  const mapping = read(resource, Mapping);
  const where = `event source mapping ${resource.logicalId}`;
  if (!mapping.EventSourceArn.includes(':kinesis:')) {
    leftOut.push(`${where}: only Kinesis streams are read here, not ${mapping.EventSourceArn}`);
    return undefined;
  }
  if (mapping.TumblingWindowInSeconds > 0) leftOut.push(`${where}: Lambda's own tumbling windows`);
  return {
    id: `${resource.stack}-${resource.logicalId}`,
    functionName: nameInArn(mapping.FunctionName),
    streamName: nameInArn(mapping.EventSourceArn),
    enabled: mapping.Enabled,
    batchSize: mapping.BatchSize,
    batchingWindowMs: mapping.MaximumBatchingWindowInSeconds * 1000,
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    maximumRecordAgeSeconds: mapping.MaximumRecordAgeInSeconds,
    bisectOnError: mapping.BisectBatchOnFunctionError,
    reportsItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    startingPosition: startingPosition(mapping.StartingPosition, mapping.StartingPositionTimestamp),
    filters: mapping.FilterCriteria.Filters.map(({ Pattern }) => JSON.parse(Pattern)),
    onFailureBucket: onFailureBucket(mapping.DestinationConfig, where, leftOut),
  };
}

function startingPosition(kind: StartingPosition['kind'], timestamp: number): StartingPosition {
  return kind === 'AT_TIMESTAMP' ? { kind, timestampMs: timestamp * 1000 } : { kind };
}

const Async = z.object({
  FunctionName: z.string(),
  // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
  MaximumRetryAttempts: number.default(2),
  MaximumEventAgeInSeconds: number.default(21_600),
  DestinationConfig: OnFailure,
});

export function asyncSpec(resource: Resource, leftOut: string[]): AsyncSpec {
  const config = read(resource, Async);
  return {
    functionName: nameInArn(config.FunctionName),
    maximumRetryAttempts: config.MaximumRetryAttempts,
    maximumEventAgeSeconds: config.MaximumEventAgeInSeconds,
    onFailureBucket: onFailureBucket(config.DestinationConfig, resource.logicalId, leftOut),
  };
}

function onFailureBucket(
  config: z.infer<typeof OnFailure>,
  where: string,
  leftOut: string[],
): string | undefined {
  const arn = config?.OnFailure?.Destination;
  if (arn === undefined) return undefined;
  if (arn.startsWith('arn:aws:s3:')) return nameInArn(arn);
  leftOut.push(`${where}: its on-failure destination ${arn}; only S3 buckets are written to here`);
  return undefined;
}
