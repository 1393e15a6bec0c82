import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { InProcessDynamoDB } from './in-process-dynamodb.ts';

/** A DynamoDB emulator in memory, with a client for it. */
export interface TestDynamoDB {
  /** Asks the emulator within the process, see {@link InProcessDynamoDB}. */
  readonly client: DynamoDBClient;
  /** For those in other processes. */
  readonly endpoint: string;
  /** Creates a table with text keys `pk` and `sk` under a name of its own. */
  createTable(): Promise<string>;
  stop(): Promise<void>;
}

/** The keys of the state, and of the results. */
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

export async function startDynamoDB(): Promise<TestDynamoDB> {
  const { client, server } = new InProcessDynamoDB();
  // A pooled connection that the server closes first fails the client's next request on it: on a busy machine that is soon.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let tables = 0;
  return {
    client,
    endpoint: `http://127.0.0.1:${port}`,
    async createTable() {
      const name = `table-${++tables}`;
      await createTable(client, { TableName: name, ...STATE_TABLE });
      return name;
    },
    async stop() {
      server.close();
      await once(server, 'close');
    },
  };
}

/** Creates a table and waits until it takes requests, which is later than the answer says it. */
export async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  await client.send(new CreateTableCommand(table));
  const describe = new DescribeTableCommand({ TableName: table.TableName });
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE');
}
