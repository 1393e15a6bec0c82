import { createHash, randomUUID } from 'node:crypto';
import { localArn } from '../place.ts';
import type { MappingSpec } from '../template/model.ts';
import type { Discarded } from './delivery.ts';
import { eventOf } from './record.ts';

/** An object to put into an on-failure bucket. */
export interface FailureObject {
  readonly key: string;
  readonly body: string;
}

/**
 * What Lambda writes to an S3 on-failure destination when it gives a batch up: under
 * `aws/lambda/<mapping UUID>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`, with the whole event as `payload`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
 */
export function failureObject(
  mapping: MappingSpec,
  shardId: string,
  { reason, records, attempts, outcome }: Discarded,
  now: Date = new Date(),
): FailureObject {
  const [first, last] = [records[0], records.at(-1)];
  const failed = outcome !== undefined && !outcome.ok ? { functionError: 'Unhandled' } : {};
  const body = {
    requestContext: {
      requestId: outcome?.requestId ?? randomUUID(),
      functionArn: localArn('lambda', `function:${mapping.functionName}`),
      condition: reason,
      approximateInvokeCount: attempts,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', ...failed },
    version: '1.0',
    timestamp: now.toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: new Date(first?.arrivalMs ?? 0).toISOString(),
      approximateArrivalOfLastRecord: new Date(last?.arrivalMs ?? 0).toISOString(),
      batchSize: records.length,
      streamArn: localArn('kinesis', `stream/${mapping.streamName}`),
    },
    payload: eventOf(records),
  };
  return { key: failureKey(`${mappingUuid(mapping)}/${shardId}`, now), body: JSON.stringify(body) };
}

/** `aws/lambda/<what>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>`, for streams and asynchronous invocations alike. */
export function failureKey(what: string, now: Date): string {
  const [day = '', time = ''] = now.toISOString().split('T');
  const stamp = `${day}T${time.slice(0, 8).replaceAll(':', '.')}`;
  return `aws/lambda/${what}/${day.replaceAll('-', '/')}/${stamp}-${randomUUID()}`;
}

/** In AWS a mapping's id is a random UUID; here it is the same in every run. */
function mappingUuid({ id }: MappingSpec): string {
  const hash = createHash('sha256').update(id).digest('hex');
  return [8, 4, 4, 4, 12]
    .map((length, index, lengths) => {
      const start = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
      return hash.slice(start, start + length);
    })
    .join('-');
}
