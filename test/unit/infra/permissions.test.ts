import { expect, test } from 'vitest';
import { personalPipelines } from './sample.ts';
import { read, resources, synthesizeSample } from './support.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

const assembly = synthesizeSample({ environment: 'prod' });

/** One line per call and resource. */
const linesOf =
  (stack: string) =>
  ({ Effect, Action, Resource }: Statement): string[] => {
    expect(Effect).toBe('Allow');
    return [Action]
      .flat()
      .flatMap((action) =>
        [Resource].flat().map((resource) => `${action} ${read(assembly, stack, resource)}`),
      );
  };

/** What the role of a function allows; the same call may be allowed twice, under different conditions. */
const permissions = new Map(
  resources(assembly, 'AWS::IAM::Policy').map(({ stack, path, properties }) => [
    path.replace('/Role/DefaultPolicy', ''),
    [...new Set((properties.PolicyDocument.Statement as Statement[]).flatMap(linesOf(stack)))].sort(),
  ]),
);

const logs = (path: string) => [`logs:CreateLogStream ${path}/Log`, `logs:PutLogEvents ${path}/Log`];
const onState = ['GetItem', 'PutItem', 'Query', 'UpdateItem'].map(
  (call) => `dynamodb:${call} Streams/Tables/State`,
);
const failures = ['s3:ListBucket Streams/Lake', 's3:PutObject Streams/Lake/aws/lambda/*'];
const consumed = (stream: string) =>
  ['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards'].map(
    (call) => `kinesis:${call} ${stream}`,
  );
const expected = (path: string, ...lines: string[]) => {
  expect(permissions.get(path)).toEqual([...new Set([...logs(path), ...lines])].sort());
};

test('ingestion puts events and looks keys up', () => {
  expected(
    'Ingestion/Ingest',
    'kinesis:PutRecords Streams/MeterReadings/Events',
    'kinesis:PutRecords Streams/Doors/Events',
    'dynamodb:GetItem Streams/Tables/Keys',
    ...['GetItem', 'PutItem', 'UpdateItem'].map((call) => `dynamodb:${call} Streams/Tables/Senders`),
  );
});

test('ingestion of personal data reads the keys of pseudonyms, and nobody else does', () => {
  const personalAssembly = synthesizeSample({ environment: 'prod', pipelines: personalPipelines });
  const readers = resources(personalAssembly, 'AWS::IAM::Policy').flatMap(({ stack, path, properties }) =>
    (properties.PolicyDocument.Statement as Statement[])
      .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('secretsmanager:')))
      .map(({ Action, Resource }) => [path, Action, read(personalAssembly, stack, Resource)]),
  );
  expect(readers).toEqual([
    ['Ingestion/Ingest/Role/DefaultPolicy', 'secretsmanager:GetSecretValue', 'Streams/Pseudonyms'],
  ]);
  expect(resources(assembly, 'AWS::SecretsManager::Secret')).toEqual([]);
});

test('a window stage reads its stream, keeps state, sets aside and gives hints', () => {
  expected(
    'Processing/Doors/Openings/Window',
    ...onState,
    ...consumed('Streams/Doors/Events'),
    ...failures,
    'kinesis:PutRecords Streams/Doors/Late',
    's3:PutObject Streams/Lake/rejected/*',
    'lambda:InvokeFunction Processing/Doors/Fire/Function',
    'lambda:InvokeFunction Processing/Doors/Sweep/Function',
  );
});

test('firing reads state and puts results', () => {
  expected(
    'Processing/Doors/Fire',
    ...onState,
    ...failures,
    'kinesis:PutRecords Streams/Doors/Results',
    'kinesis:ListShards Streams/Doors/Events',
  );
});

test('firing may invoke itself, by a policy that does not come before the function', () => {
  expect(permissions.get('Processing/Doors/FireAgain')).toEqual([
    'lambda:InvokeFunction Processing/Doors/Fire/Function',
  ]);
});

test('the sweeper probes the events and invokes firing', () => {
  expected(
    'Processing/Doors/Sweep',
    ...onState,
    ...failures,
    'kinesis:ListShards Streams/Doors/Events',
    'kinesis:GetShardIterator Streams/Doors/Events',
    'kinesis:GetRecords Streams/Doors/Events',
    'lambda:InvokeFunction Processing/Doors/Fire/Function',
  );
});

test('landing creates objects and asks how far they reach', () => {
  expected(
    'Processing/Doors/Land',
    ...['Events', 'Late', 'Results'].flatMap((stream) => consumed(`Streams/Doors/${stream}`)),
    ...failures,
    'dynamodb:GetItem Streams/Tables/State',
    'dynamodb:UpdateItem Streams/Tables/State',
    ...['raw', 'late', 'results'].flatMap((prefix) => [
      `s3:PutObject Streams/Lake/${prefix}/*`,
      `s3:GetObject Streams/Lake/${prefix}/*`,
    ]),
    's3:PutObject Streams/Lake/rejected/*',
  );
});

test('compaction reads raw objects and replaces curated ones', () => {
  expected(
    'Processing/Lake/Compact',
    ...failures,
    'dynamodb:GetItem Streams/Tables/State',
    'dynamodb:Query Streams/Tables/State',
    'dynamodb:UpdateItem Streams/Tables/State',
    's3:ListBucket Streams/Lake',
    's3:GetObject Streams/Lake/left-out/*',
    's3:GetObject Streams/Lake/raw/*',
    's3:GetObject Streams/Lake/events/*',
    's3:PutObject Streams/Lake/events/*',
    's3:PutObject Streams/Lake/left-out/*',
  );
});

test('heartbeats are put into the open shards of the events', () => {
  expected(
    'Processing/Doors/Heartbeat',
    'kinesis:ListShards Streams/Doors/Events',
    'kinesis:PutRecords Streams/Doors/Events',
  );
});

test('materializing puts results into the table', () => {
  expected(
    'Processing/MeterReadings/Materialize',
    ...consumed('Streams/MeterReadings/Results'),
    ...failures,
    'dynamodb:BatchWriteItem Streams/Tables/Results',
    'dynamodb:PutItem Streams/Tables/Results',
    's3:PutObject Streams/Lake/rejected/*',
  );
});

test('the query API only reads', () => {
  expected(
    'Query/Query',
    'dynamodb:Query Streams/Tables/Results',
    'dynamodb:Query Streams/Tables/Results/index/byTime',
    'dynamodb:Query Streams/Tables/State',
    'dynamodb:GetItem Streams/Tables/State',
    'dynamodb:GetItem Streams/Tables/Keys',
  );
});

test('no role allows any call by a pattern, or on anything but objects under a prefix', () => {
  for (const line of [...permissions.values()].flat()) {
    const [action, target] = line.split(' ') as [string, string];
    expect(action).not.toContain('*');
    expect(target).toMatch(
      /^(?!.*\*)|^Streams\/Lake\/(raw|late|results|events|left-out|rejected|aws\/lambda)\/\*$/,
    );
  }
});

test('every role is a function role of its own, with no managed policy', () => {
  const roles = resources(assembly, 'AWS::IAM::Role');
  expect(roles).toHaveLength(resources(assembly, 'AWS::Lambda::Function').length);
  for (const { properties } of roles) {
    expect(Object.keys(properties)).toEqual(['AssumeRolePolicyDocument']);
    expect(properties.AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
    ]);
  }
});
