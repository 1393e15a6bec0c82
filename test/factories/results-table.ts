import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../tools/bench/state-table.ts';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';

/** A DynamoDB emulator that makes results tables. */
export interface ResultsEmulator extends TestDynamoDB {
  /** Makes an empty results table and returns its name. */
  createResultsTable(): Promise<string>;
}

export async function startResultsEmulator(): Promise<ResultsEmulator> {
  const emulator = await startDynamoDB();
  let tables = 0;
  return {
    ...emulator,
    async createResultsTable() {
      const name = `results-${++tables}`;
      await createResultsTable(emulator.client, name);
      return name;
    },
  };
}

/** The results table as infra declares it. */
async function createResultsTable(client: DynamoDBClient, name: string): Promise<void> {
  await createTable(client, {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk', 'gpk', 'gsk'].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S' as const,
    })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byTime',
        KeySchema: [
          { AttributeName: 'gpk', KeyType: 'HASH' },
          { AttributeName: 'gsk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
}
