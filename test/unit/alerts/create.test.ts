import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Alerts, type AlertsOptions, createAlerts } from '../../../shared/alerts/create.ts';
import {
  alertStage,
  count,
  eventType,
  pipeline,
  tumbling,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { kinesisRecord } from '../../factories/kinesis-event.ts';
import { startDynamoDB, type TestDynamoDB } from '../../support/dynamodb.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ patient: z.string(), rate: z.number() }),
  time: 'rate',
  key: 'patient',
});
const vitals = pipeline('vitals', {
  description: 'vitals',
  types: [reading],
  stages: [
    alertStage('high', {
      description: 'A high rate',
      from: reading,
      when: ({ rate }) => Number(rate) > 80,
      message: '{patient} has {rate}',
      quiet: '1 minute',
    }),
  ],
});

const busy = windowStage('busy', {
  description: 'readings a minute',
  from: reading,
  key: 'patient',
  window: tumbling('1 minute'),
  outOfOrderness: '0 seconds',
  allowedLateness: '0 seconds',
  values: { readings: count() },
});
const overWindows = pipeline('over-windows', {
  description: 'alerts on results',
  types: [reading],
  stages: [
    busy,
    alertStage('many', { description: 'Many', from: busy, message: '{patient}', quiet: '1 minute' }),
  ],
});

const sns = mockClient(SNSClient);
const s3 = mockClient(S3Client);
afterAll(() => {
  sns.restore();
  s3.restore();
});
let dynamodb: TestDynamoDB;
let stateTable: string;

beforeAll(async () => {
  dynamodb = await startDynamoDB();
});
afterAll(() => dynamodb.stop());
beforeEach(async () => {
  stateTable = await dynamodb.createTable();
  sns.reset();
  s3.reset();
  sns.on(PublishCommand).resolves({ MessageId: 'm' });
  s3.on(PutObjectCommand).resolves({});
});

const alertsOf = (owner = 'one', more: Partial<AlertsOptions> = {}): Alerts =>
  createAlerts({
    pipeline: vitals,
    stage: 'high',
    dynamodb: dynamodb.client,
    stateTable,
    retention: 86_400_000,
    sns: new SNSClient({ region: 'eu-west-1' }),
    topic: 'arn:topic',
    s3: new S3Client({ region: 'eu-west-1' }),
    bucket: 'lake',
    owner,
    now: Date.now,
    sleep: async () => {},
    ...more,
  });

const readingOf = (patient: string, rate: unknown, second: number) => ({
  specversion: '1.0',
  id: `${patient}-${second}`,
  source: '/test',
  type: 'reading',
  time: new Date(second * 1_000).toISOString(),
  partitionkey: patient,
  data: { patient, rate },
});
const record = (sequence: number, ...events: object[]) =>
  kinesisRecord(JSON.stringify(events.length === 1 ? events[0] : events), sequence);

const subjects = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input.Subject);
const setAside = () =>
  s3.commandCalls(PutObjectCommand).map(({ args }) => {
    const { Key, Body } = args[0].input;
    return { Key, ...(JSON.parse(String(Body)) as Record<string, unknown>) };
  });

const batch = [
  record(1, readingOf('ann', 79, 0), readingOf('ann', 85, 1), readingOf('bob', 90, 1)),
  record(2, readingOf('ann', 95, 30)),
  record(3, readingOf('ann', 99, 61)),
];

test('the alerts of a batch are sent, once per key and quiet period', async () => {
  expect(await alertsOf()(batch)).toBe(3);
  expect(subjects().sort()).toEqual(['ann has 85', 'ann has 99', 'bob has 90']);
});

test('a batch that comes again, also to another process, sends nothing', async () => {
  const alerts = alertsOf();
  await alerts(batch);
  expect(await alerts(batch)).toBe(0);
  expect(await alertsOf('two')(batch)).toBe(0);
  expect(subjects()).toHaveLength(3);
});

test('what cannot be processed is set aside and does not keep the rest from being told', async () => {
  const records = [
    kinesisRecord('rubbish', 1),
    record(2, readingOf('ann', 'x', 1)),
    record(3, readingOf('bob', 81, 1)),
  ];
  expect(await alertsOf()(records)).toBe(1);
  expect(setAside()).toEqual([
    expect.objectContaining({ code: 'undecodable', stream: 'results', shard: 'shardId-000000000000' }),
    expect.objectContaining({
      Key: 'rejected/stage=high/dt=2026-01-01/shardId-000000000000-2-0.json',
      code: 'invalid',
      reason: 'rate: must be a number; got "x"',
    }),
  ]);
});

test('while SNS is away the batch fails, and the alerts go out when it is back', async () => {
  const away = Object.assign(new Error('away'), { name: 'ThrottledException' });
  sns.on(PublishCommand).rejectsOnce(away).resolves({});
  const alerts = alertsOf();
  await expect(alerts([batch[1]!])).rejects.toThrow('away');
  expect(await alerts([batch[1]!])).toBe(1);
});

test('a missing topic or permission is a fault to repair, not a reason to drop an alert', async () => {
  for (const name of ['NotFoundException', 'AuthorizationErrorException']) {
    sns.on(PublishCommand).rejects(Object.assign(new Error(name), { name }));
    await expect(alertsOf()([batch[1]!])).rejects.toThrow(name);
  }
  expect(setAside()).toEqual([]);
});

test('a notification that SNS will never take is set aside instead of blocking its shard', async () => {
  const refusal = Object.assign(new Error('Invalid parameter'), { name: 'InvalidParameterException' });
  sns.on(PublishCommand).rejectsOnce(refusal).resolves({});
  expect(await alertsOf()([record(1, readingOf('ann', 85, 1)), record(2, readingOf('bob', 85, 1))])).toBe(2);
  expect(setAside()).toEqual([
    expect.objectContaining({ code: 'refused', reason: expect.stringContaining('Invalid parameter') }),
  ]);
});

test('heartbeats are no reason for an alert and nothing to set aside; they are told of when the alerts are sent', async () => {
  const done: string[] = [];
  sns.on(PublishCommand).callsFake(() => {
    done.push('sent');
    return {};
  });
  const alerts = alertsOf('one', { onHeartbeat: (at) => done.push(`heartbeat ${at}`) });
  const records = [
    kinesisRecord(heartbeat(5), 1),
    record(2, readingOf('ann', 85, 1)),
    kinesisRecord(heartbeat(4), 3),
  ];
  expect(await alerts(records)).toBe(1);
  expect(done).toEqual(['sent', 'heartbeat 5']);
  expect(setAside()).toEqual([]);
});

test('what records inflate to is held in memory only so much at once, and nobody is told twice', async () => {
  const told: number[] = [];
  const alerts = alertsOf('one', { onHeartbeat: (at) => told.push(at) });
  const large = Array.from({ length: 18 }, (_, n) =>
    kinesisRecord(gzipSync(Buffer.alloc(8 * 1024 * 1024, `not an event ${n} `)), 10 + n),
  );
  const first = [kinesisRecord(heartbeat(5), 1), record(2, readingOf('ann', 85, 1))];
  const after = [
    record(40, readingOf('ann', 86, 2), readingOf('bob', 90, 2)),
    kinesisRecord(heartbeat(6), 41),
  ];
  expect(await alerts([...first, ...large, ...after])).toBe(2);
  expect(subjects()).toEqual(['ann has 85', 'bob has 90']);
  expect(setAside()).toHaveLength(large.length);
  // A part each: 64 MB and the record that passes them are nine.
  expect(told).toEqual([5, 6]);
});

test('among results those of the stage that is read are told of, and those of others are not', async () => {
  const told: number[] = [];
  const alerts = alertsOf('one', {
    pipeline: overWindows,
    stage: 'many',
    onHeartbeat: (at) => told.push(at),
  });
  expect(await alerts([kinesisRecord(heartbeat(9, { stage: 'other' }), 1)])).toBe(0);
  expect(await alerts([kinesisRecord(heartbeat(5, { stage: 'busy' }), 2)])).toBe(0);
  expect(told).toEqual([5]);
  expect(setAside()).toEqual([]);
});

test('the function names a stage that the pipeline lacks', () => {
  const options = { ...({} as Parameters<typeof createAlerts>[0]), pipeline: vitals, stage: 'low' };
  expect(() => createAlerts(options)).toThrow('the pipeline has no alert stage "low"');
});
