import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { type Item, text } from './attributes.ts';
import { itemKey } from './keys.ts';

/** Sort keys from `first` to `last`, both inclusive. */
export interface SortRange {
  readonly first: string;
  readonly last: string;
}

/** The items of one stage in the state table. All reads are consistent. */
export class StageTable {
  readonly stage: string;
  readonly client: DynamoDBClient;
  readonly table: string;

  constructor(client: DynamoDBClient, table: string, stage: string) {
    this.client = client;
    this.table = table;
    this.stage = stage;
  }

  async get(pk: string, sk: string): Promise<Item | undefined> {
    const answer = await this.client.send(
      new GetItemCommand({ TableName: this.table, ConsistentRead: true, Key: itemKey(pk, sk) }),
    );
    return answer.Item;
  }

  /** The items of a partition in the order of their sort keys, read page by page. */
  async *query(pk: string, range?: SortRange): AsyncGenerator<Item> {
    const bounds = range && { ':first': text(range.first), ':last': text(range.last) };
    let start: Item | undefined;
    do {
      const answer = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          ConsistentRead: true,
          KeyConditionExpression: range ? 'pk = :pk AND sk BETWEEN :first AND :last' : 'pk = :pk',
          ExpressionAttributeValues: { ':pk': text(pk), ...bounds },
          ExclusiveStartKey: start,
        }),
      );
      yield* answer.Items ?? [];
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
  }

  /** The item of a partition with the highest sort key. */
  async last(pk: string): Promise<Item | undefined> {
    const answer = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': text(pk) },
        ScanIndexForward: false,
        Limit: 1,
      }),
    );
    return answer.Items?.[0];
  }

  /** Writes an item unless one with its key exists; what exists stays. */
  async putNew(item: Item): Promise<void> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** @returns whether the condition held; without one, always */
  async update(
    pk: string,
    sk: string,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ): Promise<boolean> {
    try {
      await this.client.send(
        new UpdateItemCommand({ TableName: this.table, Key: itemKey(pk, sk), ...input }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
