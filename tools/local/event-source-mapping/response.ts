import { isObject } from '../template/types.ts';
import { compareSequence } from './record.ts';

/** What a function's response says about its batch. */
export type BatchVerdict =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure' }
  /** Everything before this sequence number is done. */
  | { readonly kind: 'partial'; readonly from: string };

/**
 * Reads a response for `ReportBatchItemFailures`: the lowest failed sequence number becomes the checkpoint.
 *
 * @param payload - the response as JSON
 * @param sequenceNumbers - those of the batch
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html#streams-batchfailurereporting-conditions
 */
export function readBatchResponse(payload: string, sequenceNumbers: readonly string[]): BatchVerdict {
  const response: unknown = JSON.parse(payload);
  if (response === null) return { kind: 'success' };
  if (!isObject(response)) return { kind: 'success' };
  const { batchItemFailures: failures } = response;
  if (failures === undefined || failures === null) return { kind: 'success' };
  if (!Array.isArray(failures)) return { kind: 'failure' };
  if (failures.length === 0) return { kind: 'success' };
  const known = new Set(sequenceNumbers);
  let from: string | undefined;
  for (const failure of failures) {
    const identifier: unknown = isObject(failure) ? failure.itemIdentifier : undefined;
    if (typeof identifier !== 'string' || !known.has(identifier)) return { kind: 'failure' };
    if (from === undefined || compareSequence(identifier, from) < 0) from = identifier;
  }
  return from === undefined || from === sequenceNumbers[0] ? { kind: 'failure' } : { kind: 'partial', from };
}
