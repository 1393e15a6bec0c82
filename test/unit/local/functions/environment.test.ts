import { expect, test } from 'vitest';
import { environmentOf, heapFlags } from '../../../../tools/local/functions/environment.ts';

const spec = {
  name: 'Main-Fn',
  label: 'fn',
  directory: '/assets/fn',
  handler: 'handler.handler',
  environment: { TABLE: 'state', NODE_OPTIONS: '--max-semi-space-size=64' },
  timeoutMs: 1000,
  memoryMb: 1000,
  reservedConcurrency: undefined,
};
const endpoints = {
  kinesis: 'http://k',
  dynamodb: 'http://d',
  s3: 'http://s',
  lambda: 'http://l',
  sns: 'http://n',
  secretsManager: 'http://m',
};

test('a function sees the template, Lambda and the emulators, and nothing of this machine', () => {
  process.env.AWS_PROFILE = 'somebody';
  const environment = environmentOf(spec, endpoints);
  delete process.env.AWS_PROFILE;
  expect(environment).toMatchObject({
    TABLE: 'state',
    AWS_LAMBDA_FUNCTION_NAME: 'Main-Fn',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1000',
    LAMBDA_TASK_ROOT: '/assets/fn',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_KINESIS: 'http://k',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://d',
    AWS_ENDPOINT_URL_S3: 'http://s',
    AWS_ENDPOINT_URL_LAMBDA: 'http://l',
  });
  for (const name of ['AWS_PROFILE', 'HOME', 'NODE_ENV', 'VITEST'])
    expect(environment).not.toHaveProperty(name);
});

test('the heap is in proportion to the memory, where the template does not set it itself', () => {
  expect(heapFlags(spec)).toEqual(['--max-old-space-size=900']);
  expect(heapFlags({ ...spec, environment: {} })).toEqual([
    '--max-semi-space-size=50',
    '--max-old-space-size=900',
  ]);
});
