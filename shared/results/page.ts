import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readCursor, type WindowQuery, writeCursor } from './cursor.ts';
import { positionOf, type StoredResult, scan } from './scan.ts';

/**
 * Bytes of results in one answer. A function's answer may have 6 MB as JSON, in which the body is a string:
 * quotes and backslashes in it take two bytes.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_BYTES = 2_800_000;

/** A query and which page of it. */
export interface PageRequest {
  readonly query: WindowQuery;
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly maxBytes?: number;
}

/**
 * Reads one page of a stage's results, ascending by start, then end, then key.
 *
 * @returns JSON text `{"items": [...], "cursor": ...}`; the cursor is null on the last page
 * @throws CursorError when the cursor belongs to another query
 */
export async function readPage(
  client: DynamoDBClient,
  table: string,
  { query, limit, cursor, maxBytes = MAX_BYTES }: PageRequest,
): Promise<string> {
  const after = cursor === undefined ? undefined : readCursor(query, cursor);
  const items: string[] = [];
  let bytes = 0;
  let position = '';
  let more = false;
  for await (const result of scan({ client, table, query, after, limit })) {
    const item = itemJson(result);
    bytes += Buffer.byteLength(item) + 1;
    if (items.length === limit || (bytes > maxBytes && items.length > 0)) {
      more = true;
      break;
    }
    items.push(item);
    position = positionOf(query, result);
  }
  const next = more ? JSON.stringify(writeCursor(query, position)) : 'null';
  return `{"items":[${items.join(',')}],"cursor":${next}}`;
}

function itemJson({ key, start, end, revision, final, values }: StoredResult): string {
  const times = `"start":"${new Date(start).toISOString()}","end":"${new Date(end).toISOString()}"`;
  return `{"key":${JSON.stringify(key)},${times},"revision":${revision},"final":${final},"values":${values}}`;
}
