import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { bundleFunctions } from '../../../infra/constructs/function-bundles.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { personalPipelines } from './sample.ts';
import { read, resources, synthesizeSample } from './support.ts';

/**
 * What a function calls is in its bundle: a class per call of the SDK, of which esbuild keeps those that are reached. What it
 * may call is in its role's policies. Both must be the same, save for what Lambda itself does in the function's name.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const bundles = bundleFunctions({ root });
afterAll(() => bundles.dispose());

const COMMAND = /@aws-sdk\/client-([\w-]+)\/dist-(?:es|cjs)\/commands\/(\w+)Command\.js$/;

/** Calls that are authorized under another name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const ACTIONS: Readonly<Record<string, string>> = {
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:CreateMultipartUpload': 's3:PutObject',
  's3:UploadPart': 's3:PutObject',
  's3:CompleteMultipartUpload': 's3:PutObject',
  'lambda:Invoke': 'lambda:InvokeFunction',
};

/** Calls of which the SDK's clients have the code for cases that do not arise: endpoint discovery and directory buckets. */
const OF_CLIENTS = ['dynamodb:DescribeEndpoints', 's3:CreateSession'];

/**
 * Calls that a bundle carries because a class has a method for them, which this function never calls. Whatever is added
 * here has been looked up in the code; a function without the permission says so at its first call.
 */
const CARRIED: Readonly<Record<string, readonly string[]>> = {
  // All through `StageTable`, which can get, query, put and update.
  alert: ['dynamodb:PutItem', 'dynamodb:Query'],
  compact: ['dynamodb:PutItem'],
  filter: ['dynamodb:PutItem', 'dynamodb:Query'],
  land: ['dynamodb:PutItem', 'dynamodb:Query'],
  query: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
};

/** What the code of each function calls, as actions of policies. */
const called = new Map(
  Object.entries(bundles.metafile.outputs)
    .filter(([file]) => file.endsWith('/handler.mjs'))
    .map(([file, { inputs }]) => [
      file.split('/').at(-2)!,
      new Set(
        Object.entries(inputs)
          .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
          .flatMap(([input]) => {
            const [, client, command] = COMMAND.exec(input) ?? [];
            if (client === undefined) return [];
            const call = `${client.replaceAll('-', '')}:${command}`;
            return OF_CLIENTS.includes(call) ? [] : [ACTIONS[call] ?? call];
          }),
      ),
    ]),
);

const assembly = synthesizeSample({ environment: 'prod', pipelines: [...pipelines, ...personalPipelines] });

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** `Processing/Doors/Openings/Window/Role/DefaultPolicy` -> `window`; `.../FireAgain` belongs to `fire`. */
const bundleOf = (path: string): string => {
  const parts = path.replace('/Role/DefaultPolicy', '').split('/');
  return parts
    .at(-1)!
    .replace(/Again$/, '')
    .toLowerCase();
};

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
/** How Lambda reads a stream for a function: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
const POLLING = [
  'DescribeStream',
  'DescribeStreamSummary',
  'GetRecords',
  'GetShardIterator',
  'ListShards',
].map((call) => `kinesis:${call}`);

/** Whether Lambda needs it for itself: to write logs, to feed the function, to keep what the function failed to process. */
function isLambdas(action: string, target: string, conditioned: boolean, isFed: boolean): boolean {
  if (LOGS.includes(action)) return target.endsWith('/Log');
  if (POLLING.includes(action)) return isFed;
  if (action === 's3:ListBucket') return !conditioned;
  return action === 's3:PutObject' && target.endsWith('/aws/lambda/*');
}

const fed = new Set(
  resources(assembly, 'AWS::Lambda::EventSourceMapping').map(({ stack, properties }) =>
    bundleOf(read(assembly, stack, properties.FunctionName).replace(/\/Function$/, '')),
  ),
);

/** What the roles of each function allow its code. */
const allowed = new Map<string, Set<string>>();
for (const { stack, path, properties } of resources(assembly, 'AWS::IAM::Policy')) {
  const bundle = bundleOf(path);
  const actions = allowed.get(bundle) ?? new Set();
  allowed.set(bundle, actions);
  for (const { Action, Resource, Condition } of properties.PolicyDocument.Statement as Statement[]) {
    for (const action of [Action].flat()) {
      const targets = [Resource].flat().map((each) => read(assembly, stack, each));
      const forLambda = (target: string) =>
        isLambdas(action, target, Condition !== undefined, fed.has(bundle));
      if (!targets.every(forLambda)) actions.add(action);
      // What its code does as well as Lambda needs no second permission.
      else if (called.get(bundle)?.has(action) && POLLING.includes(action)) actions.add(action);
    }
  }
}

test('every function has a role, and every role a function', () => {
  expect([...allowed.keys()].sort()).toEqual([...called.keys()].sort());
});

test.each([...called.keys()])('%s may make the calls that its code makes, and no others', (bundle) => {
  const carried = CARRIED[bundle] ?? [];
  const may = allowed.get(bundle) ?? new Set();
  expect(carried.filter((action) => may.has(action))).toEqual([]);
  expect([...may, ...carried].sort()).toEqual([...(called.get(bundle) ?? [])].sort());
});

test('a function carries no client of a service that it does not call', () => {
  const clients = (file: string) =>
    new Set(
      Object.entries(bundles.metafile.outputs[file]!.inputs)
        .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
        .flatMap(([input]) => /@aws-sdk\/client-([\w-]+)\//.exec(input)?.[1]?.replaceAll('-', '') ?? []),
    );
  for (const [bundle, actions] of called) {
    const services = new Set([...actions].map((action) => action.split(':')[0]!));
    expect([bundle, [...clients(`dist/${bundle}/handler.mjs`)].sort()]).toEqual([
      bundle,
      [...services].sort(),
    ]);
  }
});
