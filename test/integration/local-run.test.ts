import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsJsonClient } from '../../tools/local/aws-json.ts';
import type { LocalRun, RunInfo } from '../../tools/local/run.ts';
import { type StartOptions, startLocal } from '../../tools/local/start-local.ts';
import { toyMapping, toyRoute, writeAssembly } from '../support/toy-assembly.ts';

const FUNCTIONS = {
  // Writes what it is given, one line per record, and waits where the test says so.
  consume: `
    const texts = event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
    fs.writeFileSync(path.join(env.OUT, 'pid'), String(process.pid));
    fs.appendFileSync(path.join(env.OUT, 'begun'), texts.join('\\n') + '\\n');
    while (fs.existsSync(path.join(env.OUT, 'hold'))) await new Promise((resolve) => setTimeout(resolve, 10));
    if (texts.includes('poison')) throw new Error('poison');
    fs.appendFileSync(path.join(env.OUT, 'done'), texts.join('\\n') + '\\n');`,
  front: `return { statusCode: 200, body: JSON.stringify({ path: event.rawPath, api: env.API }) };`,
  tick: `fs.appendFileSync(path.join(env.OUT, 'ticks'), event['detail-type'] + '\\n');`,
  async: `
    fs.appendFileSync(path.join(env.OUT, 'async'), JSON.stringify(event) + '\\n');
    if (event.fail) throw new Error('asked to');
    return { got: event };`,
};

const RESOURCES = {
  Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1, RetentionPeriodHours: 48 } },
  Lake: { Type: 'AWS::S3::Bucket' },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'gpk', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byOther',
          KeySchema: [{ AttributeName: 'gpk', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: { ScheduleExpression: 'rate(1 hour)', Targets: [{ Arn: { 'Fn::GetAtt': ['tick', 'Arn'] } }] },
  },
  Async: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      FunctionName: { Ref: 'async' },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Lake', 'Arn'] } } },
    },
  },
  Queue: { Type: 'AWS::SQS::Queue' },
  ...toyRoute('GET /front/{id}', 'front'),
  ...toyMapping('consume', 'Stream', {
    MaximumRetryAttempts: 0,
    BisectBatchOnFunctionError: true,
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Lake', 'Arn'] } } },
  }),
};

let folder: string;
let out: string;
let options: StartOptions & { dataDir: string; assembly: string };
const stops: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-run-'));
  const written = writeAssembly(folder, FUNCTIONS, RESOURCES);
  out = written.out;
  options = { assembly: written.assembly, dataDir: join(folder, 'data') };
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(more: StartOptions = {}): Promise<LocalRun> {
  const run = await startLocal({ ...options, ...more });
  stops.push(() => run.stop());
  return run;
}

async function put({ endpoints }: Pick<RunInfo, 'endpoints'>, ...texts: string[]): Promise<void> {
  const kinesis = new AwsJsonClient('kinesis', endpoints.kinesis);
  for (const text of texts) {
    const Data = Buffer.from(text).toString('base64');
    await kinesis.call('PutRecord', { StreamName: 'Toy-Stream', PartitionKey: 'k', Data });
  }
  kinesis.close();
}

const lines = (name: string): string[] =>
  existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8').trimEnd().split('\n') : [];
const filesUnder = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
const hold = (): void => writeFileSync(join(out, 'hold'), '');
const release = (): void => rmSync(join(out, 'hold'), { force: true });

describe('a run', () => {
  test('is what the template says', async () => {
    const run = await start();
    expect(run).toMatchObject({
      streams: ['Toy-Stream'],
      tables: ['Toy-Table'],
      buckets: ['toy-lake'],
      leftOut: ['AWS::SQS::Queue Toy/Queue'],
    });
    expect(run.functions.map(({ name }) => name)).toEqual(Object.keys(FUNCTIONS));
    const answer = await fetch(`${run.url}/front/1`);
    expect(await answer.json()).toEqual({ path: '/front/1' });
    expect((await fetch(`${run.url}/elsewhere`)).status).toBe(404);
    await put(run, 'a', 'b');
    await expect.poll(() => lines('done')).toEqual(['a', 'b']);
    await expect.poll(() => lines('ticks')).toEqual(['Scheduled Event']);
    const dynamodb = new AwsJsonClient('dynamodb', run.endpoints.dynamodb);
    const { Table } = await dynamodb.call<{ Table: unknown }>('DescribeTable', { TableName: 'Toy-Table' });
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      GlobalSecondaryIndexes: [{ IndexName: 'byOther' }],
    });
    dynamodb.close();
  });

  test('keeps what its functions could not take', async () => {
    const run = await start();
    await put(run, 'a', 'poison', 'b');
    const bucket = join(options.dataDir, 's3', 'toy-lake');
    await expect.poll(() => filesUnder(bucket)).toHaveLength(1);
    const [file] = filesUnder(bucket);
    expect(file).toMatch(/aws\/lambda\/[0-9a-f-]{36}\/shardId-000000000000\/\d{4}\/\d\d\/\d\d\//);
    const { payload } = JSON.parse(readFileSync(file!, 'utf8'));
    expect(JSON.parse(payload).Records[0].kinesis.data).toBe(Buffer.from('poison').toString('base64'));
    await expect.poll(() => lines('done')).toEqual(['a', 'b']);
  });

  test('answers the Lambda API', async () => {
    const run = await start();
    const lambda = new LambdaClient({
      endpoint: run.endpoints.lambda,
      region: run.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const invoke = (FunctionName: string, event: unknown, InvocationType?: 'Event' | 'DryRun') =>
      lambda.send(new InvokeCommand({ FunctionName, InvocationType, Payload: JSON.stringify(event) }));
    const answer = await invoke('async', { n: 1 });
    expect(JSON.parse(answer.Payload?.transformToString() ?? '')).toEqual({ got: { n: 1 } });
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:async';
    const failed = await invoke(arn, { fail: true });
    expect(failed.FunctionError).toBe('Unhandled');
    expect(JSON.parse(failed.Payload?.transformToString() ?? '')).toMatchObject({ errorMessage: 'asked to' });
    expect((await invoke('async:live', { n: 2 }, 'Event')).StatusCode).toBe(202);
    expect((await invoke('async', {}, 'DryRun')).StatusCode).toBe(204);
    await expect.poll(() => lines('async').at(-1)).toBe('{"n":2}');
    await invoke('async', { n: 3, fail: true }, 'Event');
    const failures = join(options.dataDir, 's3/toy-lake/aws/lambda/async');
    await expect.poll(() => filesUnder(failures)).toHaveLength(1);
    await expect(invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const large = 'x'.repeat(1024 * 1024);
    await expect(invoke('async', large, 'Event')).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    lambda.destroy();
  });

  test('lets running work finish when it stops, and leaves no process', async () => {
    const run = await start();
    hold();
    await put(run, 'slow');
    await expect.poll(() => lines('begun')).toEqual(['slow']);
    const stopping = run.stop();
    release();
    await stopping;
    expect(lines('done')).toEqual(['slow']);
    expect(processesOf(process.pid)).toEqual([]);
    const again = await start();
    await put(again, 'next');
    await expect.poll(() => lines('begun')).toEqual(['slow', 'next']);
  });

  test('refuses a folder that is in use and a port that is taken, and then leaves nothing behind', async () => {
    const run = await start();
    await expect(startLocal(options)).rejects.toThrow(/another Millrace \(process \d+ at http/);
    const port = Number(new URL(run.url).port);
    const dataDir = join(folder, 'other');
    await expect(startLocal({ ...options, dataDir, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(existsSync(join(dataDir, 'lock.json'))).toBe(false);
    expect((await fetch(`${run.url}/front/1`)).status).toBe(200);
  });

  test('forgets everything when it is told to start afresh', async () => {
    const first = await start();
    await put(first, 'old');
    await expect.poll(() => lines('done')).toEqual(['old']);
    await first.stop();
    const second = await start({ fresh: true });
    await put(second, 'new');
    await expect.poll(() => lines('done')).toEqual(['old', 'new']);
  });
});

test('kill -9 of a function in the middle of its batch loses nothing', async () => {
  writeFileSync(
    join(options.assembly, 'Toy.template.json'),
    JSON.stringify(retriesForever(readFileSync(join(options.assembly, 'Toy.template.json'), 'utf8'))),
  );
  const run = await start();
  hold();
  await put(run, 'a', 'b');
  await expect.poll(() => lines('begun')).toContain('a');
  process.kill(Number(readFileSync(join(out, 'pid'), 'utf8')), 'SIGKILL');
  release();
  await expect.poll(() => lines('done')).toEqual(['a', 'b']);
});

test('kill -9 of the emulators is survived', async () => {
  const run = await start();
  await put(run, 'before');
  await expect.poll(() => lines('done')).toEqual(['before']);
  for (const { pid, args } of processesOf(process.pid)) {
    if (args.startsWith('millrace-emulator')) process.kill(pid, 'SIGKILL');
  }
  await expect.poll(() => put(run, 'after').then(() => 'put'), { timeout: 10_000 }).toBe('put');
  await expect.poll(() => lines('done').at(-1), { timeout: 10_000 }).toBe('after');
});

test('kill -9 of the whole run leaves no process, and the next run goes on where it was', async () => {
  const first = await forkRun();
  await put(first.info, 'a');
  await expect.poll(() => lines('done')).toEqual(['a']);
  hold();
  await put(first.info, 'b', 'c');
  await expect.poll(() => lines('begun')).toContain('b');
  const left = processesOf(first.child.pid!);
  expect(left.length).toBeGreaterThan(2);
  first.child.kill('SIGKILL');
  await expect.poll(() => left.filter(({ pid }) => isAlive(pid))).toEqual([]);
  release();
  const second = await forkRun();
  await put(second.info, 'd');
  await expect.poll(() => lines('done').at(-1)).toBe('d');
  // At least once: what had not been checkpointed may come again, never out of order.
  expect(lines('done').join('')).toMatch(/^a+bcd$/);
  second.child.send('stop');
  const [code] = await once(second.child, 'exit');
  expect(code).toBe(0);
});

async function forkRun(): Promise<{ child: ChildProcess; info: Pick<RunInfo, 'url' | 'endpoints'> }> {
  const script = fileURLToPath(new URL('../support/local-run-process.ts', import.meta.url));
  const child = fork(script, [options.assembly, options.dataDir], { execArgv: ['--import', 'tsx'] });
  stops.push(() => child.kill('SIGKILL'));
  const [info] = await once(child, 'message');
  return { child, info };
}

/** The processes that a process started. */
function processesOf(parent: number): { pid: number; args: string }[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, ppid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(ppid) === parent && args.startsWith('millrace-') ? [{ pid: Number(pid), args }] : [];
  });
}

function isAlive(pid: number): boolean {
  const state = execFileSync('ps', ['-eo', 'pid=,stat='], { encoding: 'utf8' });
  return new RegExp(`^\\s*${pid}\\s+[^Z]`, 'm').test(state);
}

function retriesForever(template: string): unknown {
  const parsed = JSON.parse(template);
  parsed.Resources.consumeMapping.Properties.MaximumRetryAttempts = -1;
  return parsed;
}
