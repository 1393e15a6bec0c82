import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { WindowQuery } from './cursor.ts';
import {
  BUCKETS,
  bucketPartition,
  compareUtf8,
  keyPartition,
  MAX_TIME,
  TIME_INDEX,
  timeSort,
  timeText,
  windowSort,
} from './keys.ts';

/** A stored result as the table holds it; `values` stays JSON text, so that nothing is lost by reading it. */
export interface StoredResult {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly revision: number;
  readonly final: boolean;
  readonly values: string;
}

/** One partition read in the order of its sort key, page by page. */
interface Partition {
  readonly hash: readonly [attribute: string, value: string];
  readonly range: string;
  readonly index: string | undefined;
}

/** Where to read, and from where to where. */
export interface Scan {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly query: WindowQuery;
  /** Sort key of the last item that was returned before. */
  readonly after: string | undefined;
  /** How many items the caller means to take. */
  readonly limit: number;
}

/**
 * The sort key by which a query's results are ordered: windows of one key by time, or all by start, end and key.
 */
export const positionOf = (query: WindowQuery, item: StoredResult): string =>
  query.key === undefined ? timeSort(item, item.key) : windowSort(item);

/** Stored results of a query, ascending by start, then end, then key. Reads ahead by about `limit` items in all. */
export function scan(request: Scan): AsyncGenerator<StoredResult, undefined> {
  const { stage, key } = request.query;
  if (key !== undefined) {
    const partition = { hash: ['pk', keyPartition(stage, key)], range: 'sk', index: undefined } as const;
    return readPartition(request, partition, request.limit + 1);
  }
  // A little more than an even part each, so that most answers need one request per bucket.
  const share = Math.ceil((request.limit / BUCKETS) * 1.25) + 8;
  const readers = Array.from({ length: BUCKETS }, (_, bucket) =>
    readPartition(
      request,
      { hash: ['gpk', bucketPartition(stage, bucket)], range: 'gsk', index: TIME_INDEX },
      share,
    ),
  );
  return mergeSorted(readers, (item) => timeSort(item, item.key));
}

async function* readPartition(
  { client, table, query, after }: Scan,
  { hash, range, index }: Partition,
  pageSize: number,
): AsyncGenerator<StoredResult, undefined> {
  const low = after ?? timeText(query.from ?? -MAX_TIME);
  // A sort key goes on behind its start, so the bare start is above every earlier window and below its own.
  const high = query.to === undefined ? 'q' : timeText(query.to);
  if (low >= high) return;
  let exclusiveStart: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: '#hash = :hash AND #range BETWEEN :low AND :high',
        ProjectionExpression: '#range, #key, #start, #end, #rev, #final, #values, retracted',
        ExpressionAttributeNames: {
          '#hash': hash[0],
          '#range': range,
          '#key': 'key',
          '#start': 'start',
          '#end': 'end',
          '#rev': 'rev',
          '#final': 'final',
          '#values': 'values',
        },
        ExpressionAttributeValues: { ':hash': { S: hash[1] }, ':low': { S: low }, ':high': { S: high } },
        ExclusiveStartKey: exclusiveStart,
        Limit: pageSize,
      }),
    );
    for (const item of page.Items ?? []) {
      // BETWEEN includes its lower end, which the page before has returned.
      if (item[range]?.S !== after && item.retracted?.BOOL !== true) yield readItem(item);
    }
    exclusiveStart = page.LastEvaluatedKey;
  } while (exclusiveStart !== undefined);
}

function readItem(item: Record<string, AttributeValue>): StoredResult {
  return {
    key: item.key?.S ?? '',
    start: Number(item.start?.N),
    end: Number(item.end?.N),
    revision: Number(item.rev?.N),
    final: item.final?.BOOL ?? false,
    values: item.values?.S ?? '{}',
  };
}

/** Merges sorted sequences into one; the first items of all are fetched at the same time. */
async function* mergeSorted<T>(
  sources: readonly AsyncGenerator<T, undefined>[],
  sortKey: (item: T) => string,
): AsyncGenerator<T, undefined> {
  const next = async (source: AsyncGenerator<T, undefined>) => {
    const { done, value } = await source.next();
    return done === true || value === undefined ? undefined : { source, value, sort: sortKey(value) };
  };
  const heads = await Promise.all(sources.map(next));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      const best = heads[first];
      if (head !== undefined && (best === undefined || compareUtf8(head.sort, best.sort) < 0)) first = index;
    }
    const head = heads[first];
    if (head === undefined) return;
    yield head.value;
    heads[first] = await next(head.source);
  }
}
