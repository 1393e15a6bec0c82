import { Readable } from 'node:stream';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { CapacityMeter } from '../../../../shared/runtime/telemetry/capacity.ts';

/** A client whose requests take so many units each, and what they asked for. */
function clientOf(units: number) {
  const asked: Record<string, unknown>[] = [];
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ body }: { body: Uint8Array }) => {
        asked.push(JSON.parse(Buffer.from(body).toString()));
        const text = JSON.stringify({ ConsumedCapacity: { TableName: 't', CapacityUnits: units } });
        return { response: { statusCode: 200, headers: {}, body: Readable.from([text]) } };
      },
    } as never,
  });
  return { client, asked };
}
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });

test('units are told apart by the stage in the partition key, reads from writes, and are taken once', async () => {
  const meter = new CapacityMeter();
  const { client, asked } = clientOf(1.5);
  meter.attach(client);
  await client.send(new PutItemCommand({ TableName: 't', Item: key('log#one#shard') }));
  await client.send(new GetItemCommand({ TableName: 't', Key: key('heads#one') }));
  await client.send(new PutItemCommand({ TableName: 't', Item: key('fires#two') }));
  await client.send(
    new QueryCommand({ TableName: 't', ExpressionAttributeValues: { ':pk': { S: 'fires#two' } } }),
  );
  expect(asked.every(({ ReturnConsumedCapacity }) => ReturnConsumedCapacity === 'TOTAL')).toBe(true);
  expect(meter.take('one')).toEqual({ read: 1.5, write: 1.5 });
  expect(meter.take('one')).toEqual({ read: 0, write: 0 });
  expect(meter.take()).toEqual({ read: 1.5, write: 1.5 });
});
