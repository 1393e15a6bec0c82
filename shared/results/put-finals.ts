import { setTimeout as sleep } from 'node:timers/promises';
import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { type Backoff, backoffDelay } from '../runtime/backoff.ts';
import { resultItem } from './item.ts';
import type { WindowResult } from './result.ts';
import type { ResultsTable } from './upsert.ts';

/**
 * Items per `BatchWriteItem`.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
export const FINALS_PER_REQUEST = 25;

const BACKOFF: Backoff = { base: 50, cap: 2_000 };
const ATTEMPTS = 8;

/** The table did not take everything, however often it was asked. */
export class FinalsNotStored extends Error {
  override readonly name = 'FinalsNotStored';
}

/**
 * Stores final results, at most {@link FINALS_PER_REQUEST} of different keys or windows. A final revision is the highest
 * there will ever be, so it needs no condition and may replace whatever is there: a request for 25 instead of one each.
 *
 * @param expiresAt - epoch seconds after which the table may delete the results
 * @throws FinalsNotStored, or whatever the client throws for faults of the infrastructure
 */
export async function putFinals(
  { client, table }: ResultsTable,
  results: readonly WindowResult[],
  expiresAt: number,
): Promise<void> {
  let requests: WriteRequest[] = results.map((result) => ({
    PutRequest: { Item: resultItem(result, expiresAt) },
  }));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
    );
    requests = UnprocessedItems?.[table] ?? [];
    if (requests.length === 0) return;
    await sleep(backoffDelay(attempt, BACKOFF));
  }
  throw new FinalsNotStored(`${requests.length} of ${results.length} final results are not stored`);
}
