import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type MaterializeContext, materialize } from '../../../shared/results/materialize.ts';
import { resultEvent, type WindowResult } from '../../../shared/results/result.ts';
import { heartbeat } from '../../factories/heartbeats.ts';
import { kinesisRecord } from '../../factories/kinesis-event.ts';
import { type ResultsEmulator, startResultsEmulator } from '../../factories/results-table.ts';

const MINUTE = 60_000;

const result = (key: string, minute: number, revision: number): WindowResult => ({
  stage: 'device-traffic',
  key,
  start: minute * MINUTE,
  end: (minute + 1) * MINUTE,
  revision,
  final: revision === 3,
  values: { events: revision * 10, mean: null },
});

const record = (sequence: number, ...results: WindowResult[]) => {
  const events = results.map((each) => resultEvent('p', each));
  return kinesisRecord(events.length === 1 ? events[0]! : `[${events.join()}]`, sequence);
};

describe('on a table', () => {
  let emulator: ResultsEmulator;
  beforeAll(async () => {
    emulator = await startResultsEmulator();
  });
  afterAll(() => emulator.stop());

  const revisions = fc.record({
    key: fc.constantFrom('a', 'b', ''),
    minute: fc.integer({ min: -1, max: 1 }),
    revision: fc.integer({ min: -2, max: 3 }),
  });

  test('any order, repetition and batching of revisions ends in the highest of each key and window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(revisions, { maxLength: 6 }), { maxLength: 6 }), async (batches) => {
        const context = {
          client: emulator.client,
          table: await emulator.createResultsTable(),
          s3: {} as S3Client,
          bucket: 'lake',
          now: () => 1000,
        };
        // Two deliveries at the same time, as two shards or a repetition would be.
        const deliver = (batch: (typeof batches)[number]) =>
          materialize(
            context,
            batch.map(({ key, minute, revision }, index) => record(index, result(key, minute, revision))),
          );
        for (let at = 0; at < batches.length; at += 2) {
          const answers = await Promise.all(batches.slice(at, at + 2).map(deliver));
          expect(answers.flatMap(({ batchItemFailures }) => batchItemFailures)).toEqual([]);
        }
        const highest = new Map<string, WindowResult>();
        for (const { key, minute, revision } of batches.flat()) {
          const id = `${key}/${minute}`;
          if ((highest.get(id)?.revision ?? Number.NEGATIVE_INFINITY) < revision)
            highest.set(id, result(key, minute, revision));
        }
        const { Items = [] } = await emulator.client.send(new ScanCommand({ TableName: context.table }));
        expect(
          new Map(Items.map((item) => [`${item.key!.S}/${Number(item.start!.N) / MINUTE}`, item])),
        ).toEqual(
          new Map(
            [...highest].map(([id, { key, revision, final, values }]) => [
              id,
              expect.objectContaining({
                stage: { S: 'device-traffic' },
                key: { S: key },
                rev: { N: String(revision) },
                final: { BOOL: final },
                values: { S: JSON.stringify(values) },
                expiresAt: { N: String(1 + 400 * 86_400) },
              }),
            ]),
          ),
        );
      }),
      { numRuns: 30 },
    );
  });
});

test('a retraction stays, so that an older record that comes again does not bring the window back', async () => {
  const emulator = await startResultsEmulator();
  try {
    const table = await emulator.createResultsTable();
    const context = { client: emulator.client, table, s3: {} as S3Client, bucket: 'lake' };
    const emitted = result('a', 0, 0);
    const retraction = { ...emitted, revision: 1, retracted: true as const, values: {} };
    for (const one of [emitted, retraction, emitted]) await materialize(context, [record(1, one)]);
    const { Items } = await emulator.client.send(new ScanCommand({ TableName: table }));
    expect(Items).toMatchObject([{ rev: { N: '1' }, retracted: { BOOL: true } }]);
  } finally {
    await emulator.stop();
  }
});

describe('what it asks of AWS', () => {
  // Instances, not classes: the emulator's client is of the same class.
  const clients = {
    client: new DynamoDBClient({ region: 'us-east-1' }),
    s3: new S3Client({ region: 'us-east-1' }),
  };
  const dynamodb = mockClient(clients.client);
  const s3 = mockClient(clients.s3);
  afterEach(() => {
    dynamodb.reset();
    s3.reset();
  });

  const run = (records: ReturnType<typeof record>[], extra: Partial<MaterializeContext> = {}) =>
    materialize({ ...clients, table: 'results', bucket: 'lake', ...extra }, records);
  const failuresOf = async (answer: ReturnType<typeof run>) =>
    (await answer).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const puts = () => dynamodb.commandCalls(PutItemCommand).map(({ args }) => args[0].input);

  test('several revisions of one key and window cost one conditional put', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    await run([record(1, result('a', 0, 1)), record(2, result('a', 0, 2), result('a', 0, 0))]);
    expect(puts()).toHaveLength(1);
    expect(puts()[0]).toMatchObject<Partial<PutItemCommandInput>>({
      TableName: 'results',
      Item: {
        pk: { S: 'device-traffic#a' },
        sk: { S: 'p0000000000000000#p0000000000060000' },
        gpk: { S: expect.stringMatching(/^device-traffic#[0-7]$/) },
        gsk: { S: 'p0000000000000000#p0000000000060000#a' },
        rev: { N: '2' },
      },
      ConditionExpression: 'attribute_not_exists(pk) OR rev < :rev',
      ExpressionAttributeValues: { ':rev': { N: '2' } },
    });
  });

  test('a higher revision in the table is success', async () => {
    dynamodb
      .on(PutItemCommand)
      .rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    expect(await failuresOf(run([record(1, result('a', 0, 1))]))).toEqual([]);
  });

  test('a fault fails every record that brought the result, and no other', async () => {
    const onFault = vi.fn();
    dynamodb.on(PutItemCommand).callsFake(({ Item }: PutItemCommandInput) => {
      if (Item?.key?.S === 'b') throw new Error('throttled');
      return {};
    });
    const records = [
      record(1, result('a', 0, 0)),
      record(2, result('b', 0, 0)),
      record(3, result('a', 0, 1), result('b', 0, 1)),
      record(4, result('c', 0, 0)),
    ];
    expect(await failuresOf(run(records, { onFault }))).toEqual(['2', '3']);
    expect(onFault).toHaveBeenCalledExactlyOnceWith('throttled');
  });

  test('heartbeats are neither stored nor refused, but told of when the results are stored', async () => {
    const done: string[] = [];
    dynamodb.on(PutItemCommand).callsFake(() => {
      done.push('put');
      return {};
    });
    const beats = [5, 7, 6].map((at) => heartbeat(at, { stage: 'device-traffic' }));
    const records = [
      kinesisRecord(`[${beats.join()}]`, 1),
      record(2, result('a', 0, 0)),
      kinesisRecord(heartbeat(4), 3),
    ];
    expect(await failuresOf(run(records, { onHeartbeat: (at) => done.push(`heartbeat ${at}`) }))).toEqual([]);
    expect(done).toEqual(['put', 'heartbeat 7']);
    expect(s3.commandCalls(PutObjectCommand)).toEqual([]);
  });

  test('a table that is down is not asked for every result', async () => {
    dynamodb.on(PutItemCommand).rejects(new Error('down'));
    const records = Array.from({ length: 500 }, (_, index) => record(index, result(`k${index}`, 0, 0)));
    expect(await failuresOf(run(records))).toHaveLength(500);
    expect(puts().length).toBeLessThan(100);
  });

  test('what is no result is set aside with its reason, and the rest is stored', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    s3.on(PutObjectCommand).resolves({});
    const long = resultEvent('p', result('k'.repeat(2000), 0, 0));
    const other = JSON.stringify({
      ...JSON.parse(resultEvent('p', result('a', 0, 0))),
      data: { stage: 'x' },
    });
    const records = [
      kinesisRecord('not json', 1),
      kinesisRecord(other, 2),
      kinesisRecord(long, 3),
      record(4, result('a', 0, 0)),
    ];
    expect(await failuresOf(run(records))).toEqual([]);
    expect(puts()).toHaveLength(1);
    const objects = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(objects.map(({ Key }) => Key)).toEqual(
      [1, 2, 3].map((n) => `rejected/stage=materialize/dt=2026-01-01/shardId-000000000000-${n}-0.json`),
    );
    const bodies = objects.map(({ Body }) => JSON.parse(Body as string));
    expect(bodies.map(({ code }) => code)).toEqual(['undecodable', 'not-a-result', 'not-a-result']);
    expect(bodies.map(({ stream }) => stream)).toEqual(['results', 'results', 'results']);
    expect(bodies[2].reason).toContain('its key is too long');
    expect(Buffer.from(bodies[0].bytes, 'base64').toString()).toBe('not json');
  });

  test('what cannot be set aside is delivered again', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    s3.on(PutObjectCommand).rejects(new Error('no lake'));
    expect(await failuresOf(run([kinesisRecord('{', 1), record(2, result('a', 0, 0))]))).toEqual(['1']);
    expect(puts()).toHaveLength(1);
  });
});
