import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

/** The keys of the tables of state and of results. */
export const STATE_TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** Creates a table and waits until it takes requests, which is later than the answer says it. */
export async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(table));
  const describe = new DescribeTableCommand({ TableName: table.TableName });
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE');
}
