import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { resultItem } from './item.ts';
import type { WindowResult } from './result.ts';

/** Where results are kept. */
export interface ResultsTable {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * Stores a result unless the table holds the same or a higher revision of its key and window. Whatever is there
 * with the same revision is the same result, because a revision's content is decided by its firing's cut; so a
 * failed condition is success.
 *
 * @param expiresAt - epoch seconds after which the table may delete the result
 * @returns whether the table now holds what it did not hold before
 * @throws whatever the client throws for faults of the infrastructure
 */
export async function upsertResult(
  { client, table }: ResultsTable,
  result: WindowResult,
  expiresAt: number,
): Promise<boolean> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: resultItem(result, expiresAt),
        ConditionExpression: 'attribute_not_exists(pk) OR rev < :rev',
        ExpressionAttributeValues: { ':rev': { N: String(result.revision) } },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
