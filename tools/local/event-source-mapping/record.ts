import { localArn, REGION } from '../place.ts';

/** A record as `GetRecords` returns it. */
export interface KinesisRecord {
  readonly SequenceNumber: string;
  /** Seconds, with a fraction. */
  readonly ApproximateArrivalTimestamp: number;
  /** Base64. */
  readonly Data: string;
  readonly PartitionKey: string;
}

/** A record on its way to a function. */
export interface PendingRecord {
  readonly sequenceNumber: string;
  readonly arrivalMs: number;
  /** The record's part of the Lambda event; empty when a filter keeps it from the function. */
  readonly json: string;
  /** Size of `json` in UTF-8. */
  readonly bytes: number;
}

export const isDelivered = ({ bytes }: PendingRecord): boolean => bytes > 0;

/**
 * Makes the `Records` element of a Lambda event out of a Kinesis record.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example
 */
export function eventRecord(record: KinesisRecord, shardId: string, streamName: string): PendingRecord {
  const json = JSON.stringify({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: record.Data,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${record.SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: localArn('iam', 'role/local'),
    awsRegion: REGION,
    eventSourceARN: localArn('kinesis', `stream/${streamName}`),
  });
  return { ...position(record), json, bytes: Buffer.byteLength(json) };
}

/** A record that only moves the checkpoint on. */
export function skippedRecord(record: KinesisRecord): PendingRecord {
  return { ...position(record), json: '', bytes: 0 };
}

function position(record: KinesisRecord): Pick<PendingRecord, 'sequenceNumber' | 'arrivalMs'> {
  return {
    sequenceNumber: record.SequenceNumber,
    arrivalMs: record.ApproximateArrivalTimestamp * 1000,
  };
}

const OPEN = '{"Records":[';
const CLOSE = ']}';

/** The event for a batch. */
export const eventOf = (records: readonly PendingRecord[]): string =>
  `${OPEN}${records.map(({ json }) => json).join(',')}${CLOSE}`;

/** Bytes that an event has besides its records, a comma per record aside. */
export const EVENT_OVERHEAD = OPEN.length + CLOSE.length;

/** Order of sequence numbers: numeric, and they are too long for numbers. */
export function compareSequence(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}
