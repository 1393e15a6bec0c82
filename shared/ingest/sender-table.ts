import { createHash } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';

/** Remembers how far the clocks of senders are off. */
export interface ClockMemory {
  /**
   * The offset that is remembered under a name; `measured`, from now on, where there is none.
   *
   * @param measured - undefined where there is nothing that could be remembered
   * @throws whatever the table throws
   */
  remember(name: string, measured: number | undefined, keepMs: number): Promise<number | undefined>;
}

/** Counts what keys have used. */
export interface UsageCounter {
  /**
   * Adds to a count, unless that would carry it beyond its limit.
   *
   * @param expiresAt - epoch milliseconds after which nobody asks for the count
   * @returns whether it was added
   * @throws whatever the table throws
   */
  add(name: string, amount: number, limit: number, expiresAt: number): Promise<boolean>;
}

/** Bounds the memory that senders with ever new names can take. */
const MAX_CACHED = 20_000;

/** What ingestion remembers of senders, in one table; items leave it by themselves. */
export class SenderTable implements ClockMemory, UsageCounter {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #now: () => number;
  readonly #offsets = new Map<string, number>();

  constructor(client: DynamoDBClient, table: string, now: () => number = Date.now) {
    this.#client = client;
    this.#table = table;
    this.#now = now;
  }

  async remember(name: string, measured: number | undefined, keepMs: number): Promise<number | undefined> {
    const pk = `clock#${createHash('sha256').update(name).digest('base64url')}`;
    const cached = this.#offsets.get(pk);
    if (cached !== undefined) return cached;
    const offset = (await this.#read(pk)) ?? (await this.#putFirst(pk, measured, keepMs));
    if (offset === undefined) return undefined;
    if (this.#offsets.size >= MAX_CACHED) this.#offsets.delete(this.#offsets.keys().next().value ?? '');
    this.#offsets.set(pk, offset);
    return offset;
  }

  async add(name: string, amount: number, limit: number, expiresAt: number): Promise<boolean> {
    // The condition knows only what was used before.
    if (amount > limit) return false;
    try {
      await this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { pk: { S: `usage#${name}` } },
          UpdateExpression: 'ADD used :amount SET expiresAt = :expiresAt',
          ConditionExpression: 'attribute_not_exists(used) OR used <= :room',
          ExpressionAttributeValues: {
            ':amount': { N: String(amount) },
            ':room': { N: String(limit - amount) },
            ':expiresAt': { N: seconds(expiresAt) },
          },
        }),
      );
      return true;
    } catch (error) {
      if (isFailedCondition(error)) return false;
      throw error;
    }
  }

  async #read(pk: string): Promise<number | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: { pk: { S: pk } }, ConsistentRead: true }),
    );
    return Item?.offset?.N === undefined ? undefined : Number(Item.offset.N);
  }

  /** Two containers may measure at the same time: one of them is first, and both use what it wrote. */
  async #putFirst(pk: string, measured: number | undefined, keepMs: number): Promise<number | undefined> {
    if (measured === undefined) return undefined;
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: {
            pk: { S: pk },
            offset: { N: String(measured) },
            expiresAt: { N: seconds(this.#now() + keepMs) },
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return measured;
    } catch (error) {
      if (isFailedCondition(error)) return this.#read(pk);
      throw error;
    }
  }
}

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

const isFailedCondition = (error: unknown): boolean =>
  (error as Error | undefined)?.name === 'ConditionalCheckFailedException';
