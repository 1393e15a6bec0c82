import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { bucketOf, bucketPartition, keyPartition, timeSort, windowSort } from './keys.ts';
import type { WindowResult } from './result.ts';

/**
 * What DynamoDB takes: partition keys up to 2048 bytes, sort keys up to 1024, items up to 400 KB.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const MAX_PARTITION_KEY = 2048;
const MAX_SORT_KEY = 1024;
const MAX_VALUES = 380_000;

/** Why a result cannot be stored, `undefined` when it can. */
export function unstorable(result: WindowResult): string | undefined {
  if (!result.key.isWellFormed()) return 'its key is not valid Unicode';
  if (
    Buffer.byteLength(keyPartition(result.stage, result.key)) > MAX_PARTITION_KEY ||
    Buffer.byteLength(timeSort(result, result.key)) > MAX_SORT_KEY
  ) {
    return `its key is too long for a table key of ${MAX_SORT_KEY} bytes`;
  }
  return Buffer.byteLength(JSON.stringify(result.values)) > MAX_VALUES
    ? `its values take more than ${MAX_VALUES} bytes`
    : undefined;
}

/**
 * A result as an item of the results table.
 *
 * @param expiresAt - epoch seconds after which the table may delete it
 */
export function resultItem(result: WindowResult, expiresAt: number): Record<string, AttributeValue> {
  const { stage, key, start, end, revision, final, values, retracted } = result;
  return {
    pk: { S: keyPartition(stage, key) },
    sk: { S: windowSort(result) },
    gpk: { S: bucketPartition(stage, bucketOf(key)) },
    gsk: { S: timeSort(result, key) },
    stage: { S: stage },
    key: { S: key },
    start: { N: String(start) },
    end: { N: String(end) },
    rev: { N: String(revision) },
    final: { BOOL: final },
    values: { S: JSON.stringify(values) },
    // Kept, and hidden from readers: without it an older record that comes again would bring the window back.
    ...(retracted && { retracted: { BOOL: true } }),
    expiresAt: { N: String(expiresAt) },
  };
}
