import type { KinesisRecord, PendingRecord } from '../../../../tools/local/event-source-mapping/record.ts';
import { eventRecord } from '../../../../tools/local/event-source-mapping/record.ts';

/** Sequence numbers are long and of one length, as real ones. */
export const sequence = (n: number): string => `4959${String(n).padStart(52, '0')}`;

export const kinesisRecord = (
  n: number,
  data: string = `record ${n}`,
  more: Partial<KinesisRecord> = {},
) => ({
  SequenceNumber: sequence(n),
  ApproximateArrivalTimestamp: 1_700_000_000 + n,
  Data: Buffer.from(data).toString('base64'),
  PartitionKey: `key-${n}`,
  ...more,
});

export const pending = (n: number, data?: string): PendingRecord =>
  eventRecord(kinesisRecord(n, data), 'shardId-000000000000', 'events');

/** The numbers of the records in an event. */
export const numbersIn = (payload: string): number[] =>
  (JSON.parse(payload) as { Records: { kinesis: { sequenceNumber: string } }[] }).Records.map(({ kinesis }) =>
    Number(kinesis.sequenceNumber.slice(4)),
  );
