import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { KinesisClient, ListShardsCommand, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ENV } from '../../../shared/runtime/env.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { kinesisRecord } from '../../factories/kinesis-event.ts';

const SENT = Date.UTC(2026, 0, 1);
const NOW = SENT + 1_234;
const dynamodb = mockClient(DynamoDBClient);
const kinesis = mockClient(KinesisClient);
const lambda = mockClient(LambdaClient);
afterAll(() => {
  for (const client of [dynamodb, kinesis, lambda]) client.restore();
});
const context = { getRemainingTimeInMillis: () => 60_000, functionName: 'fire' } as Context;

let printed: string[];
beforeEach(() => {
  vi.resetModules();
  for (const client of [dynamodb, kinesis, lambda]) client.reset();
  // Nothing is in the state table, and it takes everything.
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(UpdateItemCommand).resolves({});
  kinesis.on(ListShardsCommand).resolves({ Shards: [] });
  kinesis.on(PutRecordsCommand).resolves({ Records: [{ SequenceNumber: '1', ShardId: 's' }] });
  lambda.on(InvokeCommand).resolves({});
  const env: Partial<Record<keyof typeof ENV, string>> = {
    ...{
      pipeline: 'network-traffic',
      eventsStream: 'events',
      inputStream: 'events',
      resultsStream: 'results',
    },
    ...{ lateStream: 'late', stageStreams: '{"device-traffic":"events"}', stateTable: 'state' },
    ...{ lakeBucket: 'lake', fireFunction: 'fire', sweepFunction: 'sweep', retentionHours: '24' },
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(ENV[name as keyof typeof ENV], value);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.spyOn(Date, 'now').mockReturnValue(NOW);
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** The ages that were recorded, with the stage where there is one. */
const ages = () =>
  printed
    .filter((text) => text.includes('HeartbeatAge'))
    .map((text) => JSON.parse(text) as Record<string, unknown>)
    .map(({ service, stage, HeartbeatAge }) => [service, stage, HeartbeatAge]);
const put = () =>
  kinesis
    .commandCalls(PutRecordsCommand)
    .flatMap(({ args: [{ input }] }) =>
      (input.Records ?? []).map(({ Data }) => [input.StreamName, JSON.parse(String(Data))]),
    );
const handedOn = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(({ args: [{ input }] }) => [input.FunctionName, JSON.parse(String(input.Payload))])
    .filter(([, request]) => 'heartbeat' in request);

test('the sender puts them into the events', async () => {
  kinesis.on(ListShardsCommand).resolves({
    Shards: [
      {
        ShardId: 'only',
        HashKeyRange: { StartingHashKey: '0', EndingHashKey: '99' },
        SequenceNumberRange: { StartingSequenceNumber: '1' },
      },
    ],
  });
  const { handler } = await import('../../../functions/heartbeat/handler.ts');
  await handler({}, context);
  const time = new Date(NOW).toISOString();
  expect(put()).toMatchObject([['events', { type: 'millrace.heartbeat', time, data: { shard: 'only' } }]]);
});

test('a window function records one when it is committed and hands it on to the firing', async () => {
  vi.stubEnv(ENV.stage, 'device-traffic');
  const { handler } = await import('../../../functions/window/handler.ts');
  await handler({ Records: [kinesisRecord(heartbeat(SENT), 1)] }, context);
  expect(ages()).toEqual([['window', 'device-traffic', 1_234]]);
  expect(handedOn()).toEqual([['fire', { stage: 'device-traffic', heartbeat: SENT }]]);
});

test('what is not committed is neither recorded nor handed on', async () => {
  vi.stubEnv(ENV.stage, 'device-traffic');
  dynamodb.on(PutItemCommand).rejects(new Error('down'));
  const { handler } = await import('../../../functions/window/handler.ts');
  await expect(handler({ Records: [kinesisRecord(heartbeat(SENT), 1)] }, context)).rejects.toThrow('down');
  expect([ages(), handedOn()]).toEqual([[], []]);
});

test('a fire function puts it among the results, also where nothing is due, as old as it is', async () => {
  const { handler } = await import('../../../functions/fire/handler.ts');
  await handler({ stage: 'device-traffic', heartbeat: SENT }, context);
  expect(put()).toMatchObject([
    ['results', { time: '2026-01-01T00:00:00.000Z', data: { stage: 'device-traffic' } }],
  ]);
  expect(ages()).toEqual([['fire', 'device-traffic', 1_234]]);
});

test('a results stream that takes no heartbeat makes no firing fail', async () => {
  const denied = Object.assign(new Error('denied'), { $metadata: { httpStatusCode: 400 } });
  kinesis.on(PutRecordsCommand).rejects(denied);
  const { handler } = await import('../../../functions/fire/handler.ts');
  await handler({ stage: 'device-traffic', heartbeat: SENT }, context);
  expect(put()).toHaveLength(1);
  expect(ages()).toEqual([]);
});

test('without a heartbeat nothing is put', async () => {
  const { handler } = await import('../../../functions/fire/handler.ts');
  await handler({ stage: 'device-traffic' }, context);
  expect(put()).toEqual([]);
});
