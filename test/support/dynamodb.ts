import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable, STATE_TABLE } from '../../tools/bench/state-table.ts';
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
