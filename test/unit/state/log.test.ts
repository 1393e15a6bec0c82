import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeCompact } from '../../../shared/events/compact.ts';
import { EMPTY_TAIL, encodeCommit } from '../../../shared/state/commit.ts';
import { compileStage } from '../../../shared/state/compiled-stage.ts';
import { LogGap } from '../../../shared/state/log.ts';
import { WHOLE_RECORD } from '../../../shared/state/position.ts';
import { stageContext } from '../../../shared/state/stage-context.ts';
import { ShardWriter } from '../../../shared/state/writer.ts';
import { readingEvent, totals } from '../../support/stage.ts';

const START = Date.UTC(2026, 0, 1);
const dynamodb = mockClient(DynamoDBClient);
afterAll(() => dynamodb.restore());
const context = stageContext({
  client: new DynamoDBClient({ region: 'us-east-1' }),
  table: 'state',
  pipeline: 'test',
  compiled: compileStage(totals),
  retention: 86_400_000,
  now: () => START,
});
const record = {
  sequence: '100',
  arrival: START,
  data: encodeCompact([readingEvent('1', START)]).toString('base64'),
};
const nothing = {
  setAside: async () => {},
  emitLate: async () => {},
  hints: { fire: async () => {}, sweep: async () => {} },
  listShards: async () => [],
};
/** What the log holds when a commit of the record was written. */
const written = encodeCommit('totals', 'shard', {
  tail: { ...EMPTY_TAIL, n: 1, lastBatch: 1, position: { sequence: '100', sub: WHOLE_RECORD } },
  from: EMPTY_TAIL.position,
  late: [],
  writtenAt: START,
  expiresAt: 0,
}).item;
const logQuery = { ExpressionAttributeValues: { ':pk': { S: 'log#totals#shard' } } };

beforeEach(() => {
  dynamodb.reset();
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  dynamodb.on(UpdateItemCommand).resolves({});
});

describe('a commit', () => {
  test('whose answer is lost fails the batch, and is found when the batch comes again', async () => {
    dynamodb.on(PutItemCommand).rejectsOnce(new Error('socket hang up'));
    const writer = new ShardWriter(context, 'shard', nothing);
    await expect(writer.process([record])).rejects.toThrow('socket hang up');
    // The write had happened.
    dynamodb.on(QueryCommand, logQuery).resolves({ Items: [written] });
    await writer.process([record]);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
  });

  test('that loses the race is not repeated when the winner counted the same records', async () => {
    dynamodb.on(PutItemCommand).callsFake(() => {
      dynamodb.on(QueryCommand, logQuery).resolves({ Items: [written] });
      throw new ConditionalCheckFailedException({ message: 'exists', $metadata: {} });
    });
    await new ShardWriter(context, 'shard', nothing).process([record]);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
    const heads = dynamodb.commandCalls(UpdateItemCommand).map(({ args }) => args[0].input);
    expect(heads[0]).toMatchObject({
      Key: { pk: { S: 'heads#totals' }, sk: { S: 'shard' } },
      ConditionExpression: 'attribute_not_exists(pk) OR #n < :n',
      ExpressionAttributeValues: { ':n': { N: '1' } },
    });
  });

  test('that always loses gives up, so that Lambda repeats the batch', async () => {
    const lost = new ConditionalCheckFailedException({ message: 'exists', $metadata: {} });
    dynamodb.on(PutItemCommand).rejects(lost);
    await expect(new ShardWriter(context, 'shard', nothing).process([record])).rejects.toThrow(
      'exists already',
    );
  });

  test('is conditional, and every read before it consistent', async () => {
    dynamodb.on(PutItemCommand).resolves({});
    await new ShardWriter(context, 'shard', nothing).process([record]);
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input).toMatchObject({
      Item: { pk: { S: 'log#totals#shard' }, sk: { S: '000000000001' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    for (const { args } of dynamodb.commandCalls(QueryCommand))
      expect(args[0].input.ConsistentRead).toBe(true);
  });
});

test('a head that is further on already is success', async () => {
  dynamodb.on(PutItemCommand).resolves({});
  const further = new ConditionalCheckFailedException({ message: 'further on', $metadata: {} });
  dynamodb.on(UpdateItemCommand).rejects(further);
  await expect(new ShardWriter(context, 'shard', nothing).process([record])).resolves.toBeUndefined();
});

test('a gap in the log is an error with a name', async () => {
  dynamodb.on(QueryCommand, logQuery).resolves({ Items: [written] });
  const read = async () => {
    for await (const commit of context.log.range('shard', 1, 2)) expect(commit.tail.n).toBe(1);
  };
  await expect(read()).rejects.toThrow(LogGap);
});
