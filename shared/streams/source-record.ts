import type { KinesisStreamRecord } from 'aws-lambda';
import type { SourceRecord } from '../state/writer.ts';

/** The shard that a record was read from: an invocation's records are all of one. */
export const shardOf = (record: KinesisStreamRecord): string =>
  record.eventID.slice(0, record.eventID.indexOf(':'));

/** The stream that a record was read from, by the end of its ARN. */
export const streamOf = ({ eventSourceARN }: KinesisStreamRecord): string =>
  eventSourceARN.slice(eventSourceARN.indexOf('/') + 1);

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export const sourceRecord = ({ kinesis }: KinesisStreamRecord): SourceRecord => ({
  sequence: kinesis.sequenceNumber,
  arrival: Math.round(kinesis.approximateArrivalTimestamp * 1000),
  data: kinesis.data,
  partitionKey: kinesis.partitionKey,
});
