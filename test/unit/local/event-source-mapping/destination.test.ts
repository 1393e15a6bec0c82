import { expect, test } from 'vitest';
import { failureObject } from '../../../../tools/local/event-source-mapping/destination.ts';
import type { MappingSpec } from '../../../../tools/local/template/model.ts';
import { numbersIn, pending, sequence } from './factory.ts';

const mapping: MappingSpec = {
  id: 'Main-Mapping',
  functionName: 'fn',
  streamName: 'events',
  enabled: true,
  batchSize: 10,
  batchingWindowMs: 0,
  maximumRetryAttempts: 0,
  maximumRecordAgeSeconds: -1,
  bisectOnError: false,
  reportsItemFailures: false,
  startingPosition: { kind: 'TRIM_HORIZON' },
  filters: [],
  onFailureBucket: 'lake',
};

test('a batch that was given up is kept as Lambda keeps it', () => {
  const { key, body } = failureObject(
    mapping,
    'shardId-000000000001',
    {
      reason: 'RetryAttemptsExhausted',
      records: [pending(1), pending(2)],
      attempts: 3,
      outcome: { ok: false, requestId: 'id', error: { errorType: 'Error', errorMessage: 'no' } },
    },
    new Date('2026-02-03T04:05:06.789Z'),
  );
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
  expect(key).toMatch(
    new RegExp(`^aws/lambda/${uuid}/shardId-000000000001/2026/02/03/2026-02-03T04\\.05\\.06-${uuid}$`),
  );
  const { payload, ...record } = JSON.parse(body);
  expect(record).toEqual({
    requestContext: {
      requestId: 'id',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-02-03T04:05:06.789Z',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000001',
      startSequenceNumber: sequence(1),
      endSequenceNumber: sequence(2),
      approximateArrivalOfFirstRecord: '2023-11-14T22:13:21.000Z',
      approximateArrivalOfLastRecord: '2023-11-14T22:13:22.000Z',
      batchSize: 2,
      streamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/events',
    },
  });
  expect(numbersIn(payload)).toEqual([1, 2]);
});
